using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Im.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class Administration : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "closed_by_id",
                table: "reports",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "decision",
                table: "reports",
                type: "text",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_users_administrators",
                table: "users",
                column: "normalized_user_name",
                filter: "is_admin");

            migrationBuilder.CreateIndex(
                name: "ix_users_penalties",
                table: "users",
                column: "normalized_user_name",
                filter: "muted_until IS NOT NULL OR banned_until IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_rooms_title",
                table: "rooms",
                columns: new[] { "title_key", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_reports_open",
                table: "reports",
                column: "id",
                filter: "closed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_audit_action",
                table: "audit",
                columns: new[] { "action", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_actor_id",
                table: "audit",
                columns: new[] { "actor_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_target",
                table: "audit",
                columns: new[] { "target", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_users_administrators",
                table: "users");

            migrationBuilder.DropIndex(
                name: "ix_users_penalties",
                table: "users");

            migrationBuilder.DropIndex(
                name: "ix_rooms_title",
                table: "rooms");

            migrationBuilder.DropIndex(
                name: "ix_reports_open",
                table: "reports");

            migrationBuilder.DropIndex(
                name: "ix_audit_action",
                table: "audit");

            migrationBuilder.DropIndex(
                name: "ix_audit_actor_id",
                table: "audit");

            migrationBuilder.DropIndex(
                name: "ix_audit_target",
                table: "audit");

            migrationBuilder.DropColumn(
                name: "closed_by_id",
                table: "reports");

            migrationBuilder.DropColumn(
                name: "decision",
                table: "reports");
        }
    }
}
