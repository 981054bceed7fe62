using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Im.Core.Data.Migrations;

/// <summary>A read position can be put back; how far it had been stays known to the other member.</summary>
[DbContext(typeof(ImDbContext))]
[Migration("20261130171500_SeenLine")]
public sealed class SeenLine : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.AddColumn<long>(name: "seen_line", table: "members", type: "bigint", nullable: false, defaultValue: 0L);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropColumn(name: "seen_line", table: "members");
}
