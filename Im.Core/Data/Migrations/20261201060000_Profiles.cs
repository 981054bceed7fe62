using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Im.Core.Data.Migrations;

/// <summary>What people want to be called, beside the nickname that they log in with: they are found by both. And pictures, of people and rooms.</summary>
[DbContext(typeof(ImDbContext))]
[Migration("20261201060000_Profiles")]
public sealed class Profiles : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>(name: "display_name", table: "users", type: "text", nullable: false, defaultValue: "");
        migrationBuilder.AddColumn<string>(name: "display_name_key", table: "users", type: "text", nullable: false, defaultValue: "");
        IndexWords(migrationBuilder, "normalized_user_name || ' ' || display_name_key");
        migrationBuilder.AddColumn<string>(name: "picture", table: "users", type: "text", nullable: true);
        migrationBuilder.AddColumn<string>(name: "picture", table: "rooms", type: "text", nullable: true);
        migrationBuilder.CreateTable(
            name: "pictures",
            columns: table => new
            {
                holder = table.Column<Guid>(type: "uuid", nullable: false),
                version = table.Column<string>(type: "text", nullable: false),
                small = table.Column<byte[]>(type: "bytea", nullable: false),
                large = table.Column<byte[]>(type: "bytea", nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_pictures", row => row.holder));
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        IndexWords(migrationBuilder, "normalized_user_name");
        migrationBuilder.DropColumn(name: "display_name", table: "users");
        migrationBuilder.DropColumn(name: "display_name_key", table: "users");
        migrationBuilder.DropTable(name: "pictures");
        migrationBuilder.DropColumn(name: "picture", table: "rooms");
        migrationBuilder.DropColumn(name: "picture", table: "users");
    }

    // As NameWords has them.
    private static void IndexWords(MigrationBuilder migrationBuilder, string names) => migrationBuilder.Sql($"""
        DROP INDEX ix_users_name_words;
        CREATE INDEX ix_users_name_words ON users USING gin (
            (array_to_tsvector(array_remove(string_to_array(regexp_replace(translate({names}, '-_.', '   '), '([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3])', ' \1 ', 'g'), ' '), '')))
        ) WITH (fastupdate = off);
        """);
}
