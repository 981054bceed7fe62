using Microsoft.EntityFrameworkCore;

namespace Im.Core.Data;

/// <summary>The picture of a user or a room, of which their rows have the version. What it was made of is not kept.</summary>
internal sealed class PictureRow
{
    /// <summary>A user's id or a room's.</summary>
    public Guid Holder { get; init; }

    /// <summary>Made of its bytes.</summary>
    public required string Version { get; init; }

    /// <summary>WebP, as <see cref="Large"/>.</summary>
    public required byte[] Small { get; init; }

    public required byte[] Large { get; init; }

    public static void Map(ModelBuilder builder) => builder.Entity<PictureRow>(picture =>
    {
        picture.ToTable("pictures");
        picture.HasKey(p => p.Holder).HasName("pk_pictures");
        picture.Property(p => p.Holder).HasColumnName("holder").ValueGeneratedNever();
        picture.Property(p => p.Version).HasColumnName("version");
        picture.Property(p => p.Small).HasColumnName("small");
        picture.Property(p => p.Large).HasColumnName("large");
    });
}
