using Im.Core.Nodes;
using StackExchange.Redis;

namespace Im.Core.Presence;

/// <summary>Reads all columns at most once a second, however many ask.</summary>
internal sealed class OnlinePeople(RedisNodeRegistry nodes, IConnectionMultiplexer redis, RedisKeys keys, TimeProvider time) : IOnlinePeople
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    private readonly IDatabase _database = redis.GetDatabase();
    private readonly Lock _lock = new();
    private Task<PresenceBoard>? _board;
    private long _readAt;

    public async Task<PeoplePage> ListAfterAsync(Guid? after, CancellationToken cancellationToken = default)
    {
        try
        {
            return (await BoardAsync().WaitAsync(cancellationToken)).ListAfter(after);
        }
        catch (Exception exception) when (RedisFailure.IsUnavailable(exception))
        {
            throw new NodesUnavailableException(exception);
        }
    }

    private Task<PresenceBoard> BoardAsync()
    {
        lock (_lock)
        {
            if (_board is null || _board.IsFaulted || time.GetElapsedTime(_readAt) > KeptFor)
                (_board, _readAt) = (ReadAsync(), time.GetTimestamp());
            return _board;
        }
    }

    private async Task<PresenceBoard> ReadAsync()
    {
        var board = new PresenceBoard();
        var live = (await nodes.ListIdsAsync(CancellationToken.None)).Where(node => node.Live).Select(node => node.Id).ToArray();
        foreach (var (node, hash) in live.Zip(await Task.WhenAll(live.Select(node => _database.HashGetAllAsync(keys.Presence(node))))))
            if (OwnColumn.Read(hash) is { Version: { } version } column)
                board.Replace(node, version, column.Users, column.Guests);
        return board;
    }
}
