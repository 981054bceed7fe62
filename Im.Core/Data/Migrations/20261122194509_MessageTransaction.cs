using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Im.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class MessageTransaction : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<ulong>(
                name: "tx",
                table: "messages",
                type: "xid8",
                nullable: false,
                defaultValueSql: "pg_current_xact_id()");

            migrationBuilder.CreateIndex(
                name: "ix_messages_tx",
                table: "messages",
                column: "tx");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_messages_tx",
                table: "messages");

            migrationBuilder.DropColumn(
                name: "tx",
                table: "messages");
        }
    }
}
