using Microsoft.EntityFrameworkCore;

namespace Im.Core.Data;

/// <summary>A page of another origin on which the widget may be, as an administrator allowed it.</summary>
internal sealed class WidgetSiteRow
{
    public Guid Id { get; init; }

    /// <summary>As a browser says it.</summary>
    public required string Origin { get; init; }

    /// <summary>Stands behind the name of everybody who comes from there.</summary>
    public required string Label { get; init; }

    /// <summary>What labels are compared by: one is one owner's.</summary>
    public required string LabelKey { get; init; }

    /// <summary>With whose keys tokens for it are asked for.</summary>
    public Guid OwnerId { get; init; }

    public DateTime CreatedAt { get; init; }
}

/// <summary>An account of somebody whom a site's server knows, and Im only by what that server says.</summary>
internal sealed class WidgetUserRow
{
    /// <summary>Of the keys that asked for it.</summary>
    public Guid OwnerId { get; init; }

    /// <summary>What the site's server calls them.</summary>
    public required string Subject { get; init; }

    public Guid UserId { get; init; }

    /// <summary>As the site's server said it last.</summary>
    public required string Name { get; init; }
}

internal static class WidgetTables
{
    public static void Map(ModelBuilder builder)
    {
        builder.Entity<WidgetSiteRow>(site =>
        {
            site.ToTable("widget_sites");
            site.HasKey(s => s.Id).HasName("pk_widget_sites");
            site.Property(s => s.Id).HasColumnName("id").ValueGeneratedNever();
            site.Property(s => s.Origin).HasColumnName("origin");
            site.Property(s => s.Label).HasColumnName("label");
            site.Property(s => s.LabelKey).HasColumnName("label_key");
            site.Property(s => s.OwnerId).HasColumnName("owner_id");
            site.Property(s => s.CreatedAt).HasColumnName("created_at");
            site.HasIndex(s => s.Origin).IsUnique().HasDatabaseName("ux_widget_sites_origin");
            site.HasOne<ImUser>().WithMany().HasForeignKey(s => s.OwnerId).HasConstraintName("fk_widget_sites_owner");
            site.HasIndex(s => s.OwnerId).HasDatabaseName("ix_widget_sites_owner_id");
        });
        builder.Entity<WidgetUserRow>(user =>
        {
            user.ToTable("widget_users");
            user.HasKey(u => new { u.OwnerId, u.Subject }).HasName("pk_widget_users");
            user.Property(u => u.OwnerId).HasColumnName("owner_id");
            user.Property(u => u.Subject).HasColumnName("subject");
            user.Property(u => u.UserId).HasColumnName("user_id");
            user.Property(u => u.Name).HasColumnName("name");
            user.HasOne<ImUser>().WithMany().HasForeignKey(u => u.OwnerId).HasConstraintName("fk_widget_users_owner");
            user.HasOne<ImUser>().WithMany().HasForeignKey(u => u.UserId).HasConstraintName("fk_widget_users_user");
            user.HasIndex(u => u.UserId).IsUnique().HasDatabaseName("ux_widget_users_user_id");
        });
    }
}
