using System.Collections.Frozen;
using Im.Core.Data;

namespace Im.Core.Widgets;

internal sealed class WidgetSites(StoreReader reader, TimeProvider time) : IWidgetSites
{
    /// <summary>What is not known is asked for sooner: it may have been allowed a moment ago.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2), UnknownFor = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _reading = new(1);
    private volatile Known? _known;

    public async ValueTask<WidgetSite?> FindAsync(string origin, CancellationToken cancellationToken = default) =>
        (await NowAsync(FreshFor, cancellationToken)).ByOrigin.GetValueOrDefault(origin) ?? (await NowAsync(UnknownFor, cancellationToken)).ByOrigin.GetValueOrDefault(origin);

    public async ValueTask<bool> IsAllowedAsync(Guid site, CancellationToken cancellationToken = default) =>
        (await NowAsync(FreshFor, cancellationToken)).Ids.Contains(site) || (await NowAsync(UnknownFor, cancellationToken)).Ids.Contains(site);

    private async ValueTask<Known> NowAsync(TimeSpan freshFor, CancellationToken cancellationToken)
    {
        if (_known is { } fresh && time.GetElapsedTime(fresh.ReadAt) < freshFor)
            return fresh;
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_known is { } read && time.GetElapsedTime(read.ReadAt) < freshFor)
                return read;
            return _known = await ReadAsync(cancellationToken);
        }
        catch (StoreUnavailableException) when (_known is not null)
        {
            return _known = _known with { ReadAt = time.GetTimestamp() };
        }
        finally
        {
            _reading.Release();
        }
    }

    private Task<Known> ReadAsync(CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        return reader.QueryAsync("SELECT id, origin, label, owner_id FROM widget_sites", [], async rows =>
        {
            var found = new List<WidgetSite>();
            while (await rows.ReadAsync())
                found.Add(new(rows.GetGuid(0), rows.GetString(1), rows.GetString(2), rows.GetGuid(3)));
            return new Known(at, found.ToFrozenDictionary(site => site.Origin, StringComparer.Ordinal), found.Select(site => site.Id).ToFrozenSet());
        }, cancellationToken);
    }

    private sealed record Known(long ReadAt, FrozenDictionary<string, WidgetSite> ByOrigin, FrozenSet<Guid> Ids);
}
