using Microsoft.EntityFrameworkCore;

namespace Im.Core.Data;

/// <summary>Who wants no direct messages from whom.</summary>
public sealed class Block
{
    public Guid UserId { get; init; }

    public Guid BlockedId { get; init; }

    public DateTime At { get; init; }
}

/// <summary>What somebody told the administrators about a person, or about a line of theirs.</summary>
public sealed class Report
{
    public long Id { get; init; }

    public Guid ReporterId { get; init; }

    public Guid UserId { get; init; }

    /// <summary>Where the line is, as <see cref="Line"/>; null for a report about the person.</summary>
    public Guid? ConversationId { get; init; }

    public long? Line { get; init; }

    public required string Reason { get; init; }

    /// <summary>What the line said when it was reported.</summary>
    public string? Text { get; init; }

    public DateTime At { get; init; }

    /// <summary>When an administrator was done with it.</summary>
    public DateTime? ClosedAt { get; set; }

    public Guid? ClosedById { get; set; }

    /// <summary>One of <see cref="Protocol.ReportDecisions"/>.</summary>
    public string? Decision { get; set; }
}

/// <summary>One of ten codes that each set a new password once.</summary>
public sealed class RecoveryCode
{
    public Guid UserId { get; init; }

    /// <summary>Its place among the ten, which the code's first character names: one hash is looked at for a guess, not ten.</summary>
    public short Slot { get; init; }

    /// <summary>As a password's.</summary>
    public required string Hash { get; init; }
}

internal static class PeopleTables
{
    public static void Map(ModelBuilder builder)
    {
        builder.Entity<Block>(block =>
        {
            block.ToTable("blocks");
            block.HasKey(b => new { b.UserId, b.BlockedId }).HasName("pk_blocks");
            block.Property(b => b.UserId).HasColumnName("user_id");
            block.Property(b => b.BlockedId).HasColumnName("blocked_id");
            block.Property(b => b.At).HasColumnName("at");
            block.HasIndex(b => b.BlockedId).HasDatabaseName("ix_blocks_blocked_id");
        });
        builder.Entity<Report>(report =>
        {
            report.ToTable("reports");
            report.HasKey(r => r.Id).HasName("pk_reports");
            report.Property(r => r.Id).HasColumnName("id").UseIdentityAlwaysColumn();
            report.Property(r => r.ReporterId).HasColumnName("reporter_id");
            report.Property(r => r.UserId).HasColumnName("user_id");
            report.Property(r => r.ConversationId).HasColumnName("conversation_id");
            report.Property(r => r.Line).HasColumnName("line");
            report.Property(r => r.Reason).HasColumnName("reason");
            report.Property(r => r.Text).HasColumnName("text");
            report.Property(r => r.At).HasColumnName("at");
            report.Property(r => r.ClosedAt).HasColumnName("closed_at");
            report.Property(r => r.ClosedById).HasColumnName("closed_by_id");
            report.Property(r => r.Decision).HasColumnName("decision");
            report.HasIndex(r => r.Id).HasFilter("closed_at IS NULL").HasDatabaseName("ix_reports_open");
            report.HasIndex(r => r.ReporterId).HasDatabaseName("ix_reports_reporter_id");
            report.HasIndex(r => r.UserId).HasDatabaseName("ix_reports_user_id");
        });
        builder.Entity<RecoveryCode>(code =>
        {
            code.ToTable("recovery_codes");
            code.HasKey(c => new { c.UserId, c.Slot }).HasName("pk_recovery_codes");
            code.Property(c => c.UserId).HasColumnName("user_id");
            code.Property(c => c.Slot).HasColumnName("slot");
            code.Property(c => c.Hash).HasColumnName("hash");
        });
    }
}
