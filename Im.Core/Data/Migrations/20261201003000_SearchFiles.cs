using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Im.Core.Data.Migrations;

/// <summary>Files are found by name and caption: what is indexed already is indexed anew, in the background, and a file that is recalled opens its chunk.</summary>
[DbContext(typeof(ImDbContext))]
[Migration("20261201003000_SearchFiles")]
public sealed class SearchFiles : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => Change(migrationBuilder, "1, 2, 10");

    protected override void Down(MigrationBuilder migrationBuilder) => Change(migrationBuilder, "1, 2");

    private static void Change(MigrationBuilder migrationBuilder, string kinds) => migrationBuilder.Sql($"""
        TRUNCATE search_chunks;
        DROP TRIGGER open_search_chunk ON events;
        CREATE TRIGGER open_search_chunk AFTER UPDATE OF content, in_force ON events FOR EACH ROW
            WHEN (NEW.kind IN ({kinds}) AND (OLD.content IS DISTINCT FROM NEW.content OR OLD.in_force AND NOT NEW.in_force)) EXECUTE FUNCTION open_search_chunk();
        """);
}
