using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Im.Core.Data.Migrations
{
    /// <summary>Files, and the triggers that bind one to its line, count it, and delete it with its line.</summary>
    public partial class Files : Migration
    {
        // Called at the end of the statement that appends, with the conversation's row locked: of two posts at once the second sees what the first one has taken. How many bytes a conversation
        // may have is a setting of the connection.
        private const string Triggers = """
            CREATE FUNCTION apply_file() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                bytes_posted bigint;
                bytes_used bigint;
            BEGIN
                IF NEW.effect = 3 THEN
                    DELETE FROM files WHERE conversation_id = NEW.conversation_id AND line = NEW.target;
                    RETURN NULL;
                END IF;
                UPDATE files SET conversation_id = NEW.conversation_id, line = NEW.line, seq = NEW.seq
                    WHERE id = (NEW.content::json ->> 'file')::uuid AND owner_id = NEW.sender_id AND type IS NOT NULL AND conversation_id IS NULL RETURNING size INTO bytes_posted;
                IF bytes_posted IS NULL THEN
                    RAISE check_violation USING MESSAGE = 'The file is not there to be posted.';
                END IF;
                INSERT INTO file_usage AS u (holder, bytes) VALUES (NEW.conversation_id, bytes_posted) ON CONFLICT (holder) DO UPDATE SET bytes = u.bytes + excluded.bytes RETURNING bytes INTO bytes_used;
                IF bytes_used > nullif(current_setting('im.conversation_file_bytes', true), '')::bigint THEN
                    RAISE check_violation USING MESSAGE = 'The conversation has no room for the file.';
                END IF;
                RETURN NULL;
            END $$;

            CREATE TRIGGER apply_file AFTER INSERT ON events FOR EACH ROW WHEN (NEW.kind = 10 OR NEW.effect = 3) EXECUTE FUNCTION apply_file();

            CREATE FUNCTION forget_file() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                UPDATE file_usage SET bytes = bytes - OLD.size WHERE holder = OLD.owner_id OR holder = OLD.conversation_id;
                RETURN NULL;
            END $$;

            CREATE TRIGGER forget_file AFTER DELETE ON files FOR EACH ROW EXECUTE FUNCTION forget_file();
            """;

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "file_usage",
                columns: table => new
                {
                    holder = table.Column<Guid>(type: "uuid", nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_file_usage", x => x.holder);
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateTable(
                name: "files",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    type = table.Column<string>(type: "text", nullable: true),
                    width = table.Column<int>(type: "integer", nullable: true),
                    height = table.Column<int>(type: "integer", nullable: true),
                    color = table.Column<string>(type: "text", nullable: true),
                    thumbnail = table.Column<byte[]>(type: "bytea", nullable: true),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    conversation_id = table.Column<Guid>(type: "uuid", nullable: true),
                    line = table.Column<long>(type: "bigint", nullable: true),
                    seq = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_files", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "file_chunks",
                columns: table => new
                {
                    file_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    bytes = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_file_chunks", x => new { x.file_id, x.number });
                    table.ForeignKey(
                        name: "fk_file_chunks_file",
                        column: x => x.file_id,
                        principalTable: "files",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_files_owner_id",
                table: "files",
                columns: new[] { "owner_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_files_unposted",
                table: "files",
                column: "created_at",
                filter: "conversation_id IS NULL");

            migrationBuilder.CreateIndex(
                name: "ux_files_line",
                table: "files",
                columns: new[] { "conversation_id", "line" },
                unique: true,
                filter: "conversation_id IS NOT NULL");

            migrationBuilder.Sql("ALTER TABLE file_chunks ALTER bytes SET STORAGE EXTERNAL"); // most files are compressed already, and a part is read without the rest
            migrationBuilder.Sql(Triggers);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER apply_file ON events; DROP FUNCTION apply_file;");

            migrationBuilder.DropTable(
                name: "file_chunks");

            migrationBuilder.DropTable(
                name: "file_usage");

            migrationBuilder.DropTable(
                name: "files");

            migrationBuilder.Sql("DROP FUNCTION forget_file;");
        }
    }
}
