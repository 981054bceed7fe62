using Im.Bench.Load;
using Im.Bench.Peers;

namespace Im.Bench.Scenarios;

/// <summary>Connections to the two nodes of one system, each a user of its own with a session; closed when disposed.</summary>
internal sealed class Room(BenchRun run, Peer peer, LoadConnection[] one, LoadConnection[] two) : IAsyncDisposable
{
    private const int OpeningAtATime = 32;

    public Peer Peer => peer;

    /// <summary>On the first node.</summary>
    public LoadConnection[] One => one;

    /// <summary>On the second node.</summary>
    public LoadConnection[] Two => two;

    public LoadConnection[] All => [.. one, .. two];

    public int Count => one.Length + two.Length;

    /// <summary>Returns when every connection is ready.</summary>
    /// <param name="rest">Wait until the node has told everybody.</param>
    public static async Task<Room> OpenAsync(BenchRun run, Peer peer, int onOne, int onTwo, bool rest = true)
    {
        var accounts = await peer.GetAccountsAsync(onOne + onTwo, run.Cancelled);
        LoadConnection[] all = [.. accounts.Select((account, index) =>
            new LoadConnection(peer.Codec, peer.DoorOf(index < onOne ? 0 : 1).Port, account.Cookie, account.UserId, index, peer.DoorOf(index < onOne ? 0 : 1).Path))];
        await run.Loop.OpenAsync(all, OpeningAtATime, run.Cancelled);
        if (rest)
            await Task.Delay(run.Plan.Rest, run.Cancelled);
        return new(run, peer, all[..onOne], all[onOne..]);
    }

    /// <summary>Half of them on each node.</summary>
    public static Task<Room> OpenAsync(BenchRun run, Peer peer, int connections) => OpenAsync(run, peer, connections / 2, connections - (connections / 2));

    public async ValueTask DisposeAsync() => await run.Loop.CloseAsync(All, CancellationToken.None);
}
