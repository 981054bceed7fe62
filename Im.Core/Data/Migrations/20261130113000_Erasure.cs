using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Im.Core.Data.Migrations;

/// <summary>Accounts that are being deleted, found by appends at no cost; and who has written in a conversation.</summary>
[DbContext(typeof(ImDbContext))]
[Migration("20261130113000_Erasure")]
public sealed class Erasure : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<DateTimeOffset>(name: "erasing_at", table: "users", type: "timestamp with time zone", nullable: true);
        migrationBuilder.Sql("UPDATE users SET erasing_at = erased_at WHERE erased_at IS NOT NULL");
        migrationBuilder.CreateIndex(name: "ix_users_erasing", table: "users", column: "id", filter: "erasing_at IS NOT NULL");

        migrationBuilder.AddColumn<bool>(name: "written", table: "members", type: "boolean", nullable: false, defaultValue: false);
        migrationBuilder.Sql("""
            UPDATE members s SET written = true
            WHERE EXISTS (SELECT FROM messages m WHERE m.conversation_id = s.conversation_id AND m.sender_id = s.user_id)
            """);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropColumn(name: "written", table: "members");
        migrationBuilder.DropIndex(name: "ix_users_erasing", table: "users");
        migrationBuilder.DropColumn(name: "erasing_at", table: "users");
    }
}
