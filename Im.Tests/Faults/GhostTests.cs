using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>A node dies with many connections: nobody stays online who is not, and when all come back at once the news of it does not grow with its square.</summary>
[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class GhostTests(ImAppFixture im, ITestOutputHelper output) : IAsyncLifetime
{
    private const int Users = 25, AtOnce = 32;

    /// <summary>The lease of a node, and two seconds.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(6 + 2);

    private readonly ConcurrentBag<RawConnection> _open = [];
    private readonly ConcurrentBag<Task> _reading = [];
    private int _presenceFrames;

    /// <summary>500, or as many as IM_FAULT_CONNECTIONS says.</summary>
    private static int Connections =>
        int.Parse(Environment.GetEnvironmentVariable("IM_FAULT_CONNECTIONS") is { Length: > 0 } count ? count : "500", CultureInfo.InvariantCulture);

    public Task InitializeAsync() => im.WaitUntilWholeAsync();

    public async Task DisposeAsync()
    {
        foreach (var connection in _open)
            connection.Abort();
        await Task.WhenAll(_reading);
        await im.WaitUntilWholeAsync();
    }

    [Fact]
    public async Task Presence_is_right_after_a_node_was_killed_with_its_connections_and_after_they_all_came_back()
    {
        var (one, two) = await im.WaitUntilWholeAsync();
        var people = await im.People.GetAsync(Users);
        var (staying, leaving) = (people.Take(Users - 5).ToList(), people.Skip(Users - 5).ToList());
        await using var guest = ChatUser.Guest(im.WebAddress);
        var observer = (await guest.ConnectAsync(two)).Client;
        await Eventually.TrueAsync(() => observer.Online.Guests == 1); // the observer; those of the test before have gone

        await ConnectAllAsync(people, one);
        await Eventually.TrueAsync(() => IsRight(observer, people, Connections), seconds: 30);

        var killed = Stopwatch.StartNew();
        await new Saboteur(im).KillAsync(one);
        await Eventually.TrueAsync(() => _reading.All(r => r.IsCompleted), seconds: 30); // every connection has ended, the gateway's half of it too
        await ConnectAllAsync(leaving.Take(1), two, Connections / Users); // one of those who leave comes back at once
        await Eventually.TrueAsync(() => IsRight(observer, leaving.Take(1), Connections / Users) && IsGone(observer, people.Except(leaving.Take(1))), seconds: 30);
        output.WriteLine($"{Connections} connections of {Users} users died with their node: presence was right after {killed.Elapsed.TotalSeconds:0.0} s");
        Assert.InRange(killed.Elapsed, TimeSpan.Zero, Promised);
        Assert.Equal(1, observer.Online.Guests);

        // All at once, to the node that is left.
        Interlocked.Exchange(ref _presenceFrames, 0);
        var back = Stopwatch.StartNew();
        await ConnectAllAsync(staying, two, Connections / Users * staying.Count);
        await Eventually.TrueAsync(() => IsRight(observer, staying, Connections / Users * staying.Count), seconds: 30);
        await Task.Delay(500); // twice the time for which changes are gathered: what is still to be said has been said
        var receivers = Connections / Users * (staying.Count + 1);
        output.WriteLine($"{receivers} came back within {back.Elapsed.TotalSeconds:0.0} s: {_presenceFrames} presence frames at them all, {(double)_presenceFrames / receivers:0.0} at each; one for each change would be {(double)receivers * receivers / 2:0}");
        // Beside the first, one in 250 ms at most, and somebody who reads a little late.
        Assert.InRange((double)_presenceFrames / receivers, 1, 2 + back.Elapsed / TimeSpan.FromMilliseconds(250));
    }

    private Task ConnectAllAsync(IEnumerable<ChatUser> users, string node) => ConnectAllAsync(users, node, Connections);

    private async Task ConnectAllAsync(IEnumerable<ChatUser> users, string node, int count)
    {
        var cookies = users.Select(u => u.Cookies.GetCookieHeader(im.WebAddress)).ToArray();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, stop) =>
        {
            var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(im.WebAddress, node), cookies[i % cookies.Length], cancellationToken: stop);
            await connection.ReceiveAsync<ReadyFrame>();
            _open.Add(connection);
            _reading.Add(ReadAsync(connection));
        });
    }

    private async Task ReadAsync(RawConnection connection)
    {
        while (await connection.ReceiveAsync() is { } frame)
            if (frame is PresenceFrame)
                Interlocked.Increment(ref _presenceFrames);
    }

    private static bool IsRight(ImClient observer, IEnumerable<ChatUser> users, int connections)
    {
        var online = observer.Online.Users.ToDictionary(u => u.Id, u => u.Places);
        var places = users.Select(u => online.GetValueOrDefault(u.User.Id)).ToList();
        return places.All(p => p > 0) && places.Sum() == connections;
    }

    private static bool IsGone(ImClient observer, IEnumerable<ChatUser> users)
    {
        var online = observer.Online.Users.Select(u => u.Id).ToHashSet();
        return users.All(u => !online.Contains(u.User.Id));
    }
}
