using Im.Bench.Measurement;
using Im.Bench.Peers;

namespace Im.Bench.Scenarios;

/// <summary>A room in each of several systems, so that they can take turns; all are closed when disposed.</summary>
internal sealed class Rooms : IAsyncDisposable
{
    private readonly Dictionary<Peer, Room> _rooms = [];

    public IReadOnlyList<Peer> Peers => [.. _rooms.Keys];

    public Room this[Peer peer] => _rooms[peer];

    /// <summary>Returns when every connection is ready.</summary>
    public static async Task<Rooms> OpenAsync(BenchRun run, IEnumerable<Peer> peers, int onOne, int onTwo)
    {
        var rooms = new Rooms();
        try
        {
            foreach (var peer in peers)
                rooms._rooms.Add(peer, await peer.BlameAsync(() => Room.OpenAsync(run, peer, onOne, onTwo)));
            return rooms;
        }
        catch
        {
            await rooms.DisposeAsync();
            throw;
        }
    }

    /// <summary>Half of them on each node.</summary>
    public static Task<Rooms> OpenAsync(BenchRun run, IEnumerable<Peer> peers, int connections) => OpenAsync(run, peers, connections / 2, connections - (connections / 2));

    public async ValueTask DisposeAsync()
    {
        foreach (var room in _rooms.Values)
            await room.DisposeAsync();
    }
}
