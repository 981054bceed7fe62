using Microsoft.EntityFrameworkCore;

namespace Im.Core.Data;

/// <summary>An uploaded file. The trigger of <c>events</c> binds it to a line, and deletes it with one (migration <c>Files</c>).</summary>
internal sealed class FileRow
{
    public Guid Id { get; init; }

    public Guid OwnerId { get; init; }

    public required string Name { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Null while it is being uploaded.</summary>
    public string? Type { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    public string? Color { get; init; }

    /// <summary>WebP.</summary>
    public byte[]? Thumbnail { get; init; }

    public DateTime CreatedAt { get; init; }

    /// <summary>Of the line that holds it, as <see cref="Line"/> and <see cref="Seq"/>; null while it is not posted.</summary>
    public Guid? ConversationId { get; init; }

    public long? Line { get; init; }

    public long? Seq { get; init; }
}

/// <summary>A part of a file's bytes, from 0.</summary>
internal sealed class FileChunk
{
    public Guid FileId { get; init; }

    public int Number { get; init; }

    public required byte[] Bytes { get; init; }
}

/// <summary>Bytes of the files that a user has, or that are posted in a conversation.</summary>
internal sealed class FileUsage
{
    /// <summary>A user's id or a conversation's.</summary>
    public Guid Holder { get; init; }

    public long Bytes { get; init; }
}

internal static class FileTables
{
    public static void Map(ModelBuilder builder)
    {
        builder.Entity<FileRow>(file =>
        {
            file.ToTable("files");
            file.HasKey(f => f.Id).HasName("pk_files");
            file.Property(f => f.Id).HasColumnName("id").ValueGeneratedNever();
            file.Property(f => f.OwnerId).HasColumnName("owner_id");
            file.Property(f => f.Name).HasColumnName("name");
            file.Property(f => f.Size).HasColumnName("size");
            file.Property(f => f.Type).HasColumnName("type");
            file.Property(f => f.Width).HasColumnName("width");
            file.Property(f => f.Height).HasColumnName("height");
            file.Property(f => f.Color).HasColumnName("color");
            file.Property(f => f.Thumbnail).HasColumnName("thumbnail");
            file.Property(f => f.CreatedAt).HasColumnName("created_at");
            file.Property(f => f.ConversationId).HasColumnName("conversation_id");
            file.Property(f => f.Line).HasColumnName("line");
            file.Property(f => f.Seq).HasColumnName("seq");
            file.HasIndex(f => new { f.OwnerId, f.Id }).HasDatabaseName("ix_files_owner_id");
            file.HasIndex(f => new { f.ConversationId, f.Line }).IsUnique().HasFilter("conversation_id IS NOT NULL").HasDatabaseName("ux_files_line");
            file.HasIndex(f => f.CreatedAt).HasFilter("conversation_id IS NULL").HasDatabaseName("ix_files_unposted");
        });
        builder.Entity<FileChunk>(chunk =>
        {
            chunk.ToTable("file_chunks");
            chunk.HasKey(c => new { c.FileId, c.Number }).HasName("pk_file_chunks");
            chunk.Property(c => c.FileId).HasColumnName("file_id");
            chunk.Property(c => c.Number).HasColumnName("number");
            chunk.Property(c => c.Bytes).HasColumnName("bytes");
            chunk.HasOne<FileRow>().WithMany().HasForeignKey(c => c.FileId).HasConstraintName("fk_file_chunks_file");
        });
        builder.Entity<FileUsage>(usage =>
        {
            usage.ToTable("file_usage").HasStorageParameter("fillfactor", 50);
            usage.HasKey(u => u.Holder).HasName("pk_file_usage");
            usage.Property(u => u.Holder).HasColumnName("holder").ValueGeneratedNever();
            usage.Property(u => u.Bytes).HasColumnName("bytes");
        });
    }
}
