namespace Im.Core.Widgets;

/// <summary>The pages on which the widget may be, as they were at most two seconds ago; what is not among them is asked for, for which an answer waits a fifth of a second at most. While Postgres is away those known last hold.</summary>
public interface IWidgetSites
{
    /// <summary>That of an origin, character for character; null for every other.</summary>
    ValueTask<WidgetSite?> FindAsync(string origin, CancellationToken cancellationToken = default);

    /// <summary>Whether it is still allowed.</summary>
    ValueTask<bool> IsAllowedAsync(Guid site, CancellationToken cancellationToken = default);
}

/// <param name="Origin">As a browser says it, such as <c>https://shop.example</c>.</param>
/// <param name="Label">Stands behind the names of those who come from there.</param>
/// <param name="Owner">With whose keys tokens for it are asked for.</param>
public sealed record WidgetSite(Guid Id, string Origin, string Label, Guid Owner);
