using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Im.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class Nicknames : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ux_users_skeleton",
                table: "users");

            migrationBuilder.AddColumn<int>(
                name: "skeleton_rank",
                table: "users",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            // Of another rule: the web server makes them anew at its start.
            migrationBuilder.Sql("UPDATE users SET skeleton = NULL WHERE skeleton IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ux_users_skeleton",
                table: "users",
                columns: new[] { "skeleton", "skeleton_rank" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ux_users_skeleton",
                table: "users");

            migrationBuilder.Sql("UPDATE users SET skeleton = NULL WHERE skeleton IS NOT NULL");

            migrationBuilder.DropColumn(
                name: "skeleton_rank",
                table: "users");

            migrationBuilder.CreateIndex(
                name: "ux_users_skeleton",
                table: "users",
                column: "skeleton",
                unique: true);
        }
    }
}
