using Microsoft.EntityFrameworkCore;

namespace Im.Core.Data;

/// <summary>Of what a user wants to be told, beyond what is set for each conversation (<see cref="ConversationMember.Notify"/>). Without a row it is as <see cref="ShowsText"/> and no quiet hours.</summary>
internal sealed class NotificationRow
{
    public Guid UserId { get; init; }

    /// <summary>A push says what the message says.</summary>
    public bool ShowsText { get; init; }

    /// <summary>A time of day, in <see cref="Zone"/>; all three or none.</summary>
    public TimeOnly? QuietFrom { get; init; }

    public TimeOnly? QuietUntil { get; init; }

    /// <summary>An IANA name.</summary>
    public string? Zone { get; init; }
}

/// <summary>A browser that may be pushed to, as long as its session is its user's.</summary>
internal sealed class PushSubscriptionRow
{
    /// <summary>The SHA-256 of <see cref="Endpoint"/>.</summary>
    public required byte[] Hash { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The session's public id.</summary>
    public required string SessionId { get; init; }

    /// <summary>An address at the push service of the browser's maker. Whoever knows it and has our key may push there, so it is told to nobody but its user, in their export.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The browser's public key, an uncompressed point of P-256.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>16 bytes that the browser has too.</summary>
    public required byte[] Auth { get; init; }

    public DateTime CreatedAt { get; init; }
}

internal static class NotificationTables
{
    public static void Map(ModelBuilder builder)
    {
        builder.Entity<NotificationRow>(row =>
        {
            row.ToTable("notification_settings");
            row.HasKey(n => n.UserId).HasName("pk_notification_settings");
            row.Property(n => n.UserId).HasColumnName("user_id").ValueGeneratedNever();
            row.Property(n => n.ShowsText).HasColumnName("shows_text");
            row.Property(n => n.QuietFrom).HasColumnName("quiet_from");
            row.Property(n => n.QuietUntil).HasColumnName("quiet_until");
            row.Property(n => n.Zone).HasColumnName("zone");
        });
        builder.Entity<PushSubscriptionRow>(row =>
        {
            row.ToTable("push_subscriptions");
            row.HasKey(p => p.Hash).HasName("pk_push_subscriptions");
            row.Property(p => p.Hash).HasColumnName("hash");
            row.Property(p => p.UserId).HasColumnName("user_id");
            row.Property(p => p.SessionId).HasColumnName("session_id");
            row.Property(p => p.Endpoint).HasColumnName("endpoint");
            row.Property(p => p.PublicKey).HasColumnName("public_key");
            row.Property(p => p.Auth).HasColumnName("auth");
            row.Property(p => p.CreatedAt).HasColumnName("created_at");
            row.HasIndex(p => p.UserId).HasDatabaseName("ix_push_subscriptions_user_id");
            row.HasIndex(p => p.SessionId).HasDatabaseName("ix_push_subscriptions_session_id");
        });
    }
}
