using System.Collections.Frozen;
using Im.Core.Data;

namespace Im.Core.Widgets;

internal sealed class WidgetSites(StoreReader reader, TimeProvider time) : IWidgetSites
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);

    /// <summary>What is not known may have been allowed a moment ago, so it is asked for, not more often than this.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _reading = new(1);
    private volatile Known? _known;

    public async ValueTask<WidgetSite?> FindAsync(string origin, CancellationToken cancellationToken = default) =>
        (await KnownAsync(cancellationToken)).ByOrigin.GetValueOrDefault(origin) ?? (await AskAsync(cancellationToken)).ByOrigin.GetValueOrDefault(origin);

    public async ValueTask<bool> IsAllowedAsync(Guid site, CancellationToken cancellationToken = default) =>
        (await KnownAsync(cancellationToken)).Ids.Contains(site) || (await AskAsync(cancellationToken)).Ids.Contains(site);

    private ValueTask<Known> KnownAsync(CancellationToken cancellationToken) =>
        _known is { } known && time.GetElapsedTime(known.ReadAt) < FreshFor ? new(known) : AskAsync(cancellationToken);

    /// <summary>As of after this call: all who ask meanwhile get one answer.</summary>
    private async ValueTask<Known> AskAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_known is { } read && read.ReadAt >= asked)
                return read;
            if (_known is { } before && Pause - time.GetElapsedTime(before.ReadAt) is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, time, cancellationToken);
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
