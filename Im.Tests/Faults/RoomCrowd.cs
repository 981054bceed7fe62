using System.Collections.Concurrent;
using System.Diagnostics;
using Im.Client;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Tests.Checker;
using Im.Tests.Fixtures;

namespace Im.Tests.Faults;

/// <summary>
/// A room that is read from joining, its owner, and people on both nodes who come, say something, and go again or are removed, over and over, while something breaks. In the end each device has of the
/// room what was theirs, once and in order, and nothing else; so has whoever loads it then.
/// </summary>
internal sealed class RoomCrowd : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DeliveryChecker _checker = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly CancellationTokenSource _hush = new();
    private readonly List<(ChatUser User, ChatConnection Device, string Name)> _people = [];
    private readonly Uri _web;
    private readonly string _database;
    private readonly int _seed;
    private ConversationId _room;
    private Task _talk = Task.CompletedTask;
    private int _sent, _deeds;

    private RoomCrowd(Uri web, string database, int seed) => (_web, _database, _seed) = (web, database, seed);

    /// <summary>How often somebody came or went.</summary>
    public int Deeds => _deeds;

    public static async Task<RoomCrowd> GatherAsync(Uri web, string database, IReadOnlyList<string> nodes, int people, int seed)
    {
        var crowd = new RoomCrowd(web, database, seed);
        for (var i = 0; i < people; i++)
        {
            var user = await ChatUser.JoinAsync(web, $"r{i}");
            var (device, name) = (await user.ConnectAsync(nodes[i % nodes.Count]), $"person {i}");
            device.OnEvent = e =>
            {
                if (e.Conversation.IsRoom)
                    crowd._checker.Received(name, e);
            };
            crowd._people.Add((user, device, name));
        }
        var owner = crowd._people[0];
        crowd._room = (await owner.Device.Client.Rooms.CreateAsync("Tea", isPublic: true, history: RoomHistories.Joined)).Conversation;
        foreach (var (user, _, name) in crowd._people)
            crowd._checker.EntitleMember(name, crowd._room, user.User.Id);
        await owner.Device.WaitForAsync(e => e.Conversation == crowd._room && e.Seq == 1);
        // Everybody has been in the room once, so that their device knows of it.
        foreach (var (_, device, _) in crowd._people.Skip(1))
        {
            var seq = (await device.Client.Rooms.JoinAsync(crowd._room)).Seq;
            await device.WaitForAsync(e => e.Conversation == crowd._room && e.Seq == seq);
        }
        return crowd;
    }

    public void Talk() => _talk = Task.WhenAll(_people.Select((person, i) => Task.Run(() => TalkAsync(i))));

    public async Task HushAsync()
    {
        await _hush.CancelAsync();
        await _talk.WaitAsync(Patience);
        Assert.Empty(_failures);
    }

    public async Task<DeliveryReport> JudgeAsync()
    {
        var (report, waited) = (await JudgeOnceAsync(), Stopwatch.StartNew());
        for (; report.Count(FaultKind.Lost) > 0 && waited.Elapsed < Patience; report = await JudgeOnceAsync())
            await Task.Delay(100);
        foreach (var (user, _, name) in _people)
        {
            await user.EnsureLoggedInAsync();
            await using var fresh = await user.OpenAsync(_web);
            var later = $"{name}, who loads it then";
            _checker.EntitleMember(later, _room, user.User.Id);
            EventsFrame page;
            long after = 0;
            do
            {
                page = await fresh.Client.EventsAsync(_room, after);
                foreach (var e in page.Events)
                    _checker.Received(later, e);
                after = page.Events is [.., var last] ? last.Seq : after;
            }
            while (page.More);
            var lines = new List<EventFrame>();
            LinesFrame shown;
            do
                lines.InsertRange(0, (shown = await fresh.Client.LinesAsync(_room, before: lines.FirstOrDefault()?.Line, limit: 100)).Lines);
            while (shown.More);
            var onPages = $"{name}, page by page";
            _checker.EntitleMember(onPages, _room, user.User.Id);
            lines.ForEach(line => _checker.Received(onPages, line with { Effects = null }));
        }
        return await JudgeOnceAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (user, _, _) in _people)
            await user.DisposeAsync();
    }

    private async Task<DeliveryReport> JudgeOnceAsync() => _checker.Judge(await new StoredMessages(_database).ReadAsync(new Dictionary<ConversationId, long> { [_room] = 0 }));

    private async Task TalkAsync(int index)
    {
        var (user, device, name) = _people[index];
        var chance = new Random((_seed * 1_000) + index);
        while (!_hush.IsCancellationRequested)
        {
            await SayAsync(user, device, name);
            if (index == 0 && chance.Next(4) == 0)
                await DoAsync(() => device.Client.Rooms.RemoveAsync(_room, _people[1 + chance.Next(_people.Count - 1)].User.User.Id));
            else if (index > 0 && chance.Next(3) == 0)
                await DoAsync(() => device.Client.Rooms.LeaveAsync(_room));
            if (index > 0)
                await DoAsync(() => device.Client.Rooms.JoinAsync(_room));
            await Task.Delay(chance.Next(5, 60)); // people take their time
        }
    }

    private async Task SayAsync(ChatUser user, ChatConnection device, string name)
    {
        var number = Interlocked.Increment(ref _sent);
        var (id, content) = ($"{_room}:{number}", Messages.Texts.ContentOf($"{name} says {number} ✓"));
        _checker.Sending(name, user.User.Id, _room, id, content);
        try
        {
            _checker.Acked(user.User.Id, _room, id, (await device.Client.PostAsync(_room, KindNames.Text, content, id: id)).Seq);
        }
        catch (ImException e) when (e.Code == ErrorCodes.NotFound)
        {
            // Removed meanwhile.
        }
        catch (ImException e)
        {
            _failures.Enqueue($"{id}: {e.Code}: {e.Message}");
        }
    }

    // Over HTTP nothing is tried again by itself. What was done already is not there to be done.
    private async Task DoAsync(Func<Task> deed)
    {
        for (var tries = 0; ; tries++)
            try
            {
                await deed();
                Interlocked.Increment(ref _deeds);
                return;
            }
            catch (ImException e) when (e.Code == ProblemCodes.NotFound)
            {
                return;
            }
            catch (ImException e) when (e.Code is ProblemCodes.Unavailable or ProblemCodes.SlowDown && tries < 100)
            {
                await Task.Delay(100);
            }
            catch (ImException e)
            {
                _failures.Enqueue($"{e.Code}: {e.Message}");
                return;
            }
    }
}
