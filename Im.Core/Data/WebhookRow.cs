using Microsoft.EntityFrameworkCore;

namespace Im.Core.Data;

/// <summary>A webhook of a room: what happens in the room is sent to <see cref="Address"/>, or, where there is none, a program posts into the room with <see cref="Secret"/>, as <see cref="UserId"/>.</summary>
internal sealed class WebhookRow
{
    public Guid Id { get; init; }

    public Guid ConversationId { get; init; }

    /// <summary>Who made it, or gave it its newest secret. It works while they look after the room.</summary>
    public Guid ById { get; init; }

    public required string Name { get; init; }

    public DateTime CreatedAt { get; init; }

    public string? Address { get; init; }

    /// <summary>32 bytes: the key that requests are signed with; of one that posts the SHA-256 of its secret.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>The key before, which signs too until <see cref="FormerUntil"/>.</summary>
    public byte[]? FormerSecret { get; init; }

    public DateTime? FormerUntil { get; init; }

    /// <summary>The account that its lines are from.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The mark: everything up to this event was taken by the receiver.</summary>
    public long Seq { get; init; }

    /// <summary>Attempts in a row that failed.</summary>
    public int Failures { get; init; }

    /// <summary>Not before; null where nothing is waited for.</summary>
    public DateTime? DueAt { get; init; }

    /// <summary>Why it was switched off; null while it is on.</summary>
    public string? Off { get; init; }

    public DateTime? DeliveredAt { get; init; }

    public DateTime? FailedAt { get; init; }

    /// <summary>Why the newest failed attempt did.</summary>
    public string? Failure { get; init; }

    public static void Map(ModelBuilder builder) => builder.Entity<WebhookRow>(hook =>
    {
        hook.ToTable("webhooks");
        hook.HasKey(h => h.Id).HasName("pk_webhooks");
        hook.Property(h => h.Id).HasColumnName("id").ValueGeneratedNever();
        hook.Property(h => h.ConversationId).HasColumnName("conversation_id");
        hook.Property(h => h.ById).HasColumnName("by_id");
        hook.Property(h => h.Name).HasColumnName("name");
        hook.Property(h => h.CreatedAt).HasColumnName("created_at");
        hook.Property(h => h.Address).HasColumnName("address");
        hook.Property(h => h.Secret).HasColumnName("secret");
        hook.Property(h => h.FormerSecret).HasColumnName("former_secret");
        hook.Property(h => h.FormerUntil).HasColumnName("former_until");
        hook.Property(h => h.UserId).HasColumnName("user_id");
        hook.Property(h => h.Seq).HasColumnName("seq");
        hook.Property(h => h.Failures).HasColumnName("failures");
        hook.Property(h => h.DueAt).HasColumnName("due_at");
        hook.Property(h => h.Off).HasColumnName("off");
        hook.Property(h => h.DeliveredAt).HasColumnName("delivered_at");
        hook.Property(h => h.FailedAt).HasColumnName("failed_at");
        hook.Property(h => h.Failure).HasColumnName("failure");
        hook.HasIndex(h => h.ConversationId).HasDatabaseName("ix_webhooks_conversation_id");
        hook.HasIndex(h => h.ById).HasDatabaseName("ix_webhooks_by_id");
        hook.HasIndex(h => h.DueAt).HasFilter("due_at IS NOT NULL AND off IS NULL").HasDatabaseName("ix_webhooks_due_at");
    });
}
