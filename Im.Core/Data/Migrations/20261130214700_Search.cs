using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Im.Core.Data.Migrations
{
    /// <summary>The search's index, empty: it is filled in the background, also with what was stored before.</summary>
    public partial class Search : Migration
    {
        // Whatever changes the text of a line, in whatever statement, opens the chunk that the line is in. The lock is the one that the indexer holds while it makes chunks of the conversation;
        // each statement of the function sees what was committed before it, so also what the indexer has just made.
        private const string Trigger = """
            CREATE FUNCTION open_search_chunk() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                changed bigint := coalesce(NEW.line, NEW.target);
            BEGIN
                PERFORM pg_advisory_xact_lock_shared(1231909733, uuid_hash(NEW.conversation_id));
                UPDATE search_chunks SET tokens = NULL
                    WHERE conversation_id = NEW.conversation_id AND last_line >= changed AND tokens IS NOT NULL
                    AND first_line = (SELECT max(first_line) FROM search_chunks WHERE conversation_id = NEW.conversation_id AND first_line <= changed);
                RETURN NULL;
            END $$;

            CREATE TRIGGER open_search_chunk AFTER UPDATE OF content, in_force ON events FOR EACH ROW
                WHEN (NEW.kind IN (1, 2) AND (OLD.content IS DISTINCT FROM NEW.content OR OLD.in_force AND NOT NEW.in_force)) EXECUTE FUNCTION open_search_chunk();
            """;

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "search_chunks",
                columns: table => new
                {
                    conversation_id = table.Column<Guid>(type: "uuid", nullable: false),
                    first_line = table.Column<long>(type: "bigint", nullable: false),
                    last_line = table.Column<long>(type: "bigint", nullable: false),
                    oldest = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    newest = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    tokens = table.Column<short[]>(type: "smallint[]", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_search_chunks", x => new { x.conversation_id, x.first_line });
                });

            migrationBuilder.CreateIndex(
                name: "ix_search_chunks_newest",
                table: "search_chunks",
                columns: new[] { "newest", "conversation_id", "first_line" });

            migrationBuilder.CreateIndex(
                name: "ix_search_chunks_open",
                table: "search_chunks",
                columns: new[] { "conversation_id", "first_line" },
                filter: "tokens IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_search_chunks_tokens",
                table: "search_chunks",
                column: "tokens")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:StorageParameter:gin_pending_list_limit", 1024);

            // The tokens apart from the rows: these lie close together then, so that their places are told in fewer bytes in the index.
            migrationBuilder.Sql("ALTER TABLE search_chunks ALTER tokens SET STORAGE EXTERNAL, SET (toast_tuple_target = 128)");
            migrationBuilder.Sql(Trigger);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER open_search_chunk ON events; DROP FUNCTION open_search_chunk();");
            migrationBuilder.DropTable(
                name: "search_chunks");
        }
    }
}
