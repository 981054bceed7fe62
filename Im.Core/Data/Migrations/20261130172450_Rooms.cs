using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Im.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class Rooms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "changed_seq",
                table: "members",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "first_line",
                table: "members",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "first_seq",
                table: "members",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "joined_seq",
                table: "members",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<short>(
                name: "role",
                table: "members",
                type: "smallint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "room_links",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    conversation_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    uses = table.Column<int>(type: "integer", nullable: false),
                    max_uses = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_room_links", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "room_outsiders",
                columns: table => new
                {
                    conversation_id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_room_outsiders", x => new { x.conversation_id, x.user_id });
                });

            migrationBuilder.CreateTable(
                name: "room_stays",
                columns: table => new
                {
                    conversation_id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    last_seq = table.Column<long>(type: "bigint", nullable: false),
                    first_seq = table.Column<long>(type: "bigint", nullable: false),
                    first_line = table.Column<long>(type: "bigint", nullable: false),
                    last_line = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_room_stays", x => new { x.conversation_id, x.user_id, x.last_seq });
                });

            migrationBuilder.CreateTable(
                name: "rooms",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    title_key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    topic = table.Column<string>(type: "text", nullable: false),
                    is_public = table.Column<bool>(type: "boolean", nullable: false),
                    has_history = table.Column<bool>(type: "boolean", nullable: false),
                    archived = table.Column<bool>(type: "boolean", nullable: false),
                    members = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rooms", x => x.id);
                    table.ForeignKey(
                        name: "fk_rooms_conversation",
                        column: x => x.id,
                        principalTable: "conversations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_members_role",
                table: "members",
                columns: new[] { "conversation_id", "role", "user_id" },
                filter: "role IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_events_past",
                table: "events",
                columns: new[] { "conversation_id", "target", "kind", "seq" },
                filter: "effect IS NOT NULL AND NOT in_force");

            migrationBuilder.CreateIndex(
                name: "ix_events_system",
                table: "events",
                columns: new[] { "conversation_id", "kind", "line" },
                filter: "kind IN (8, 9)");

            migrationBuilder.CreateIndex(
                name: "ix_room_links_conversation_id",
                table: "room_links",
                column: "conversation_id");

            migrationBuilder.CreateIndex(
                name: "ux_room_links_hash",
                table: "room_links",
                column: "hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_room_outsiders_user_id",
                table: "room_outsiders",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_rooms_public",
                table: "rooms",
                columns: new[] { "title_key", "id" },
                filter: "is_public AND NOT archived");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "room_links");

            migrationBuilder.DropTable(
                name: "room_outsiders");

            migrationBuilder.DropTable(
                name: "room_stays");

            migrationBuilder.DropTable(
                name: "rooms");

            migrationBuilder.DropIndex(
                name: "ix_members_role",
                table: "members");

            migrationBuilder.DropIndex(
                name: "ix_events_past",
                table: "events");

            migrationBuilder.DropIndex(
                name: "ix_events_system",
                table: "events");

            migrationBuilder.DropColumn(
                name: "changed_seq",
                table: "members");

            migrationBuilder.DropColumn(
                name: "first_line",
                table: "members");

            migrationBuilder.DropColumn(
                name: "first_seq",
                table: "members");

            migrationBuilder.DropColumn(
                name: "joined_seq",
                table: "members");

            migrationBuilder.DropColumn(
                name: "role",
                table: "members");
        }
    }
}
