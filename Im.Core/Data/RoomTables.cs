using Microsoft.EntityFrameworkCore;

namespace Im.Core.Data;

/// <summary>What a room has besides a conversation.</summary>
internal sealed class RoomRow
{
    public Guid Id { get; init; }

    public required string Title { get; init; }

    /// <summary>The title as it is looked for and listed by: folded.</summary>
    public required string TitleKey { get; init; }

    public required string Topic { get; init; }

    /// <summary>Anybody finds and joins it.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Who joins reads everything; else from joining.</summary>
    public bool HasHistory { get; init; }

    public bool Archived { get; init; }

    /// <summary>The version of its picture (<see cref="PictureRow"/>); null for none.</summary>
    public string? Picture { get; init; }

    public int Members { get; init; }

    public DateTime CreatedAt { get; init; }
}

/// <summary>Numbers are stored, and a higher one may do more.</summary>
internal enum RoomRole : short
{
    Member = 1,
    Administrator = 2,
    Owner = 3,
}

/// <summary>A time in which somebody was a member and that is over: what they may still read.</summary>
internal sealed class RoomStay
{
    public Guid ConversationId { get; init; }

    public Guid UserId { get; init; }

    public long FirstSeq { get; init; }

    public long FirstLine { get; init; }

    public long LastSeq { get; init; }

    public long LastLine { get; init; }
}

/// <summary>Somebody who is no member, and invited or banned.</summary>
internal sealed class RoomOutsider
{
    public Guid ConversationId { get; init; }

    public Guid UserId { get; init; }

    public RoomOutsiderState State { get; init; }

    /// <summary>Who did it.</summary>
    public Guid ById { get; init; }

    public DateTime At { get; init; }
}

/// <summary>Numbers are stored.</summary>
internal enum RoomOutsiderState : short
{
    Invited = 1,
    Banned = 2,
}

/// <summary>An invitation for whoever has its secret, of which the SHA-256 is kept.</summary>
internal sealed class RoomLink
{
    public Guid Id { get; init; }

    public Guid ConversationId { get; init; }

    public required byte[] Hash { get; init; }

    public Guid ById { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime ExpiresAt { get; init; }

    public int Uses { get; init; }

    public int? MaxUses { get; init; }
}

internal static class RoomTables
{
    public static void Map(ModelBuilder builder)
    {
        builder.Entity<RoomRow>(room =>
        {
            room.ToTable("rooms");
            room.HasKey(r => r.Id).HasName("pk_rooms");
            room.Property(r => r.Id).HasColumnName("id").ValueGeneratedNever();
            room.Property(r => r.Title).HasColumnName("title");
            room.Property(r => r.TitleKey).HasColumnName("title_key").UseCollation("C");
            room.Property(r => r.Topic).HasColumnName("topic");
            room.Property(r => r.IsPublic).HasColumnName("is_public");
            room.Property(r => r.HasHistory).HasColumnName("has_history");
            room.Property(r => r.Archived).HasColumnName("archived");
            room.Property(r => r.Picture).HasColumnName("picture");
            room.Property(r => r.Members).HasColumnName("members");
            room.Property(r => r.CreatedAt).HasColumnName("created_at");
            room.HasOne<Conversation>().WithOne().HasForeignKey<RoomRow>(r => r.Id).HasConstraintName("fk_rooms_conversation");
            room.HasIndex(r => new { r.TitleKey, r.Id }, "ix_rooms_title");
            room.HasIndex(r => new { r.TitleKey, r.Id }, "ix_rooms_public").HasFilter("is_public AND NOT archived");
        });
        builder.Entity<RoomStay>(stay =>
        {
            stay.ToTable("room_stays");
            stay.HasKey(s => new { s.ConversationId, s.UserId, s.LastSeq }).HasName("pk_room_stays");
            stay.Property(s => s.ConversationId).HasColumnName("conversation_id");
            stay.Property(s => s.UserId).HasColumnName("user_id");
            stay.Property(s => s.FirstSeq).HasColumnName("first_seq");
            stay.Property(s => s.FirstLine).HasColumnName("first_line");
            stay.Property(s => s.LastSeq).HasColumnName("last_seq");
            stay.Property(s => s.LastLine).HasColumnName("last_line");
        });
        builder.Entity<RoomOutsider>(outsider =>
        {
            outsider.ToTable("room_outsiders");
            outsider.HasKey(o => new { o.ConversationId, o.UserId }).HasName("pk_room_outsiders");
            outsider.Property(o => o.ConversationId).HasColumnName("conversation_id");
            outsider.Property(o => o.UserId).HasColumnName("user_id");
            outsider.Property(o => o.State).HasColumnName("state");
            outsider.Property(o => o.ById).HasColumnName("by_id");
            outsider.Property(o => o.At).HasColumnName("at");
            outsider.HasIndex(o => o.UserId).HasDatabaseName("ix_room_outsiders_user_id");
        });
        builder.Entity<RoomLink>(link =>
        {
            link.ToTable("room_links");
            link.HasKey(l => l.Id).HasName("pk_room_links");
            link.Property(l => l.Id).HasColumnName("id").ValueGeneratedNever();
            link.Property(l => l.ConversationId).HasColumnName("conversation_id");
            link.Property(l => l.Hash).HasColumnName("hash");
            link.Property(l => l.ById).HasColumnName("by_id");
            link.Property(l => l.CreatedAt).HasColumnName("created_at");
            link.Property(l => l.ExpiresAt).HasColumnName("expires_at");
            link.Property(l => l.Uses).HasColumnName("uses");
            link.Property(l => l.MaxUses).HasColumnName("max_uses");
            link.HasIndex(l => l.Hash).IsUnique().HasDatabaseName("ux_room_links_hash");
            link.HasIndex(l => l.ConversationId).HasDatabaseName("ix_room_links_conversation_id");
        });
    }
}
