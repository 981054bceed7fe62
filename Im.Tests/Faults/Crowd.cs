using System.Collections.Concurrent;
using System.Diagnostics;
using Im.Client;
using Im.Client.Chat;
using Im.Client.Events;
using Im.Protocol;
using Im.Tests.Checker;
using Im.Tests.Fixtures;

namespace Im.Tests.Faults;

/// <summary>People who talk over both nodes as a <see cref="CrowdPlan"/> says, every word of theirs written down; afterwards it is judged against the database.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly CrowdPlan _plan;
    private readonly StoredMessages _stored;
    private readonly IReadOnlyList<ChatUser> _people;
    private readonly Uri _web;
    private readonly IReadOnlyList<string> _nodes;
    private readonly List<CrowdTab> _tabs = [];
    private readonly List<CrowdTab> _guests = [];
    private readonly Stopwatch _talked = new();
    private readonly Dictionary<CrowdTab, List<(ConversationId Conversation, ChatTarget Target)>> _entitled = [];
    private Dictionary<ConversationId, long> _start = [];
    private DeliveryChecker _checker = new();
    private Dictionary<ConversationId, long>? _judged;
    private int _rounds;
    private CancellationTokenSource _stop = new();
    private Task _talking = Task.CompletedTask;

    private Crowd(CrowdPlan plan, StoredMessages stored, IReadOnlyList<ChatUser> people, Uri web, IReadOnlyList<string> nodes) =>
        (_plan, _stored, _people, _web, _nodes) = (plan, stored, people, web, nodes);

    /// <summary>Those who talk.</summary>
    public IReadOnlyList<CrowdTab> Tabs => _tabs;

    public IEnumerable<CrowdTab> Everybody => _tabs.Concat(_guests);

    /// <summary>How long they have been talking.</summary>
    public TimeSpan Talked => _talked.Elapsed;

    /// <summary>Brings the crowd together, each tab on its node. Nobody has said anything yet.</summary>
    /// <param name="nodes">Their names; the first two are 0 and 1 of the plan.</param>
    /// <param name="through">The way of the tab with that index to the gateway; by default the gateway itself.</param>
    public static async Task<Crowd> GatherAsync(ImAppFixture im, CrowdPlan plan, IReadOnlyList<string> nodes, Func<int, Uri>? through = null)
    {
        var crowd = new Crowd(plan, new(await im.GetDatabaseAsync()), await im.People.GetAsync(plan.People), im.WebAddress, nodes);
        try
        {
            await crowd.GatherAsync(through ?? (_ => im.WebAddress));
            return crowd;
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }
    }

    /// <summary>They begin to talk, and go on until <see cref="HushAsync"/>. After a judgement, what was before it no longer counts.</summary>
    public void Talk()
    {
        if (_judged is not null)
        {
            (_start, _judged) = (_judged, null);
            BeginRound();
        }
        _stop = new();
        _talked.Restart();
        var round = _rounds++;
        _talking = Task.WhenAll(_plan.Tabs.Select(plan => Task.Run(() => _tabs[plan.Index].TalkAsync(
            _plan.Talk(plan, round).Select(u => u.To is { } to
                ? (u, ConversationId.Direct(_people[plan.Person].User.Id, _people[to].User.Id), (ChatTarget)_people[to].User)
                : (u, ConversationId.Lobby, ChatTarget.Lobby)),
            _stop.Token))));
    }

    /// <summary>They stop talking; returns when every send was answered.</summary>
    /// <exception cref="TimeoutException">Says whose were not.</exception>
    public async Task HushAsync(TimeSpan patience)
    {
        await _stop.CancelAsync();
        await _talking;
        _talked.Stop();
        try
        {
            await Task.WhenAll(_tabs.Select(t => t.AnsweredAsync())).WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            var waiting = _tabs.Where(t => t.Unanswered > 0).Select(t => $"{t.Name} on {t.Node ?? "no node"} ({t.Client.State}) waits for {t.Unanswered}");
            throw new TimeoutException($"Not every send was answered within {patience.TotalSeconds} s: {string.Join("; ", waiting)}.");
        }
    }

    /// <summary>Waits, at most <paramref name="patience"/>, until everybody has what they are to have, and judges.</summary>
    /// <param name="page">What has the lobby open too.</param>
    public async Task<CrowdReport> JudgeAsync(TimeSpan patience, PageDevice? page = null)
    {
        var heads = await _stored.GetHeadsAsync(_start.Keys);
        var waited = Stopwatch.StartNew();
        await UntilAsync((tab, conversation) => tab.GivenUpTo(conversation) >= heads[conversation]);
        var settled = waited.Elapsed;
        await ReadToTheEndAsync();
        await UntilAsync((tab, conversation) => tab.Device.ReadOf(conversation) >= Everybody.Where(t => t.User == tab.User).Max(t => t.Device.ReadOf(conversation)));
        foreach (var tab in Everybody)
            foreach (var (conversation, _) in _entitled[tab])
                _checker.Shows(tab.Name, conversation, tab.Device.Of(conversation, tab.User.Profile?.Id));
        if (page is not null)
            foreach (var (name, shown) in await page.ShowAsync(_start[ConversationId.Lobby], heads[ConversationId.Lobby], patience))
                _checker.Shows(name, ConversationId.Lobby, new(null, shown, 0));
        await LoadAgainAsync();
        var report = new CrowdReport(
            _checker.Judge(await _stored.ReadAsync(_start), await _stored.ReadPositionsAsync(_start.Keys)), [.. _tabs.SelectMany(t => t.Failures)], _talked.Elapsed, settled,
            Everybody.Max(t => t.LongestSilence), Everybody.Sum(t => t.Reconnects),
            [.. Everybody.SelectMany(t => t.Changes).Where(c => c.State == ConnectionState.Reconnecting).GroupBy(c => $"{c.CloseCode} {c.Reason}".Trim()).Select(g => $"{g.Count()} × {g.Key}")]);
        _judged = heads;
        return report;

        async Task UntilAsync(Func<CrowdTab, ConversationId, bool> reached)
        {
            while (waited.Elapsed < patience && !Everybody.All(t => _entitled[t].All(c => reached(t, c.Conversation))))
                await Task.Delay(10);
        }
    }

    /// <summary>Whose sessions Redis has lost, they log in again, as people do, and their tabs connect anew with it: the sockets of lost sessions are ended some minutes later.</summary>
    public async Task LogInAgainAsync()
    {
        await Parallel.ForEachAsync(_people, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (person, _) => await person.EnsureLoggedInAsync());
        foreach (var tab in _tabs)
            tab.Client.Cut();
        await Eventually.TrueAsync(() => _tabs.All(t => t.Client.State == ConnectionState.Ready && t.Client.User is not null), seconds: 30);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(Everybody.Select(t => t.DisposeAsync().AsTask()));
    }

    private async Task GatherAsync(Func<int, Uri> through)
    {
        var run = Guid.NewGuid().ToString("N")[..8];
        _start = await _stored.GetHeadsAsync(_plan.Directs.Select(DirectOf).Append(ConversationId.Lobby).Distinct());
        foreach (var tab in _plan.Tabs)
            _tabs.Add(NewTab($"tab {tab.Index} of person {tab.Person}", _people[tab.Person], through(tab.Index), _nodes[tab.Node], tab.Index));
        for (var guest = 0; guest < _plan.Guests; guest++)
            _guests.Add(NewTab($"guest {guest}", ChatUser.Guest(_web), _web, _nodes[guest % 2], 1_000 + guest));
        foreach (var tab in Everybody)
            _entitled[tab] = tab.User.Profile is null ? [(ConversationId.Lobby, ChatTarget.Lobby)] : EntitledTo(tab.User);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await Task.WhenAll(Everybody.Select(t => t.Client.ConnectAsync(limit.Token)));
        foreach (var tab in _plan.Tabs)
            Assert.True(_tabs[tab.Index].Node == _nodes[tab.Node], $"{_tabs[tab.Index].Name} asked for {_nodes[tab.Node]} and is on {_tabs[tab.Index].Node}.");
        Assert.True(Everybody.Any(t => t.Client.IsDirect) && Everybody.Any(t => !t.Client.IsDirect), "All came by one door.");
        BeginRound();

        CrowdTab NewTab(string name, ChatUser user, Uri address, string node, int index) => new(name, run, user, new ImClient(new()
        {
            BaseAddress = address,
            Cookies = user.Cookies,
            Node = node,
            Direct = address == _web && index / 2 % 2 == 0, // half of them, on each node
            RandomSeed = unchecked(_plan.Seed * 1_000_003 + index),
            StartAfter = _start,
        }));
    }

    private void BeginRound()
    {
        _checker = new();
        foreach (var tab in Everybody)
        {
            tab.BeginRound(_checker);
            foreach (var (conversation, _) in _entitled[tab])
                _checker.Entitle(tab.Name, conversation, _start[conversation]);
        }
    }

    private List<(ConversationId, ChatTarget)> EntitledTo(ChatUser user) =>
    [
        (ConversationId.Lobby, ChatTarget.Lobby),
        .. _people.Where((_, i) => _plan.Directs.Any(d => (_people[d.One] == user && d.Other == i) || (_people[d.Other] == user && d.One == i)))
            .Select(peer => (ConversationId.Direct(user.User.Id, peer.User.Id), (ChatTarget)peer.User)),
    ];

    // Word of a read position to the user's other devices is best effort: it may be lost in a fault. With nothing broken it is not, so each person with two of them reads on one.
    private Task ReadToTheEndAsync() => Task.WhenAll(_tabs.GroupBy(t => t.User).Where(g => g.Count() > 1).SelectMany(g => _entitled[g.First()].Select(c => g.First().ReadAsync(c.Conversation, c.Target))));

    // What whoever opens the page now is shown: of each person a new connection, which loads the direct conversations; the lobby from each node they come to. And all events once more, as
    // nodes tell them.
    private async Task LoadAgainAsync()
    {
        var nodes = new ConcurrentDictionary<string, bool>();
        await Parallel.ForEachAsync(_tabs.DistinctBy(t => t.User), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (tab, _) =>
        {
            await tab.User.EnsureLoggedInAsync();
            await using var fresh = await tab.User.OpenAsync(_web);
            var (name, device) = ($"a new connection beside {tab.Name} on {fresh.Node}", new Device());
            device.Accept(await fresh.Client.ConversationsPageAsync());
            foreach (var (conversation, target) in _entitled[tab].Skip(nodes.TryAdd(fresh.Node!, true) ? 0 : 1))
            {
                _checker.Entitle(name, conversation, _start[conversation]);
                foreach (var e in await ReadEventsAsync(fresh.Client, target, _start[conversation]))
                    _checker.Received(name, e);
                _checker.Shows(name, conversation, new(tab.User.User.Id, await ReadLinesAsync(fresh.Client, target, _start[conversation]), device.ReadOf(conversation)));
            }
        });
    }

    private static async Task<List<ShownLine>> ReadLinesAsync(ImClient client, ChatTarget of, long after)
    {
        var all = new List<ShownLine>();
        LinesFrame page;
        do
        {
            page = await client.LinesAsync(of, before: all.FirstOrDefault()?.Line, limit: ProtocolLimits.MaxPageMessages);
            all.InsertRange(0, page.Lines.Where(line => line.Seq > after).Select(line => ShownLine.Of(LineState.OfPage(line).Event)));
        }
        while (page.More && page.Lines[0].Seq > after);
        return all;
    }

    private static async Task<List<EventFrame>> ReadEventsAsync(ImClient client, ChatTarget of, long after)
    {
        var all = new List<EventFrame>();
        EventsFrame page;
        do
        {
            page = await client.EventsAsync(of, after: all.LastOrDefault()?.Seq ?? after);
            all.AddRange(page.Events);
        }
        while (page.More);
        return all;
    }

    private ConversationId DirectOf((int One, int Other) pair) => ConversationId.Direct(_people[pair.One].User.Id, _people[pair.Other].User.Id);
}

/// <summary>What came of a crowd's talk.</summary>
/// <param name="GivenUp">Sends that were not acked in the end.</param>
/// <param name="Settled">From the last ack until everybody had everything.</param>
/// <param name="LongestSilence">Between two messages of the lobby, at whoever waited longest.</param>
/// <param name="Losses">How connections ended.</param>
internal sealed record CrowdReport(
    DeliveryReport Delivery, IReadOnlyList<string> GivenUp, TimeSpan Talked, TimeSpan Settled, TimeSpan LongestSilence, int Reconnects,
    IReadOnlyList<string> Losses)
{
    public double SentPerSecond => Delivery.Sent / Talked.TotalSeconds;

    public bool IsClean => Delivery.IsClean && GivenUp.Count == 0 && Delivery.Acked + Delivery.Refused == Delivery.Sent;

    public override string ToString() => string.Join("\n", (string[])
    [
        $"{Talked.TotalSeconds:0.0} s of talk, {SentPerSecond:0} messages/s, {Reconnects} reconnects ({string.Join(", ", Losses)}), longest silence {LongestSilence.TotalSeconds:0.00} s, settled {Settled.TotalSeconds:0.00} s after the last ack",
        $"{Delivery}",
        .. GivenUp.Take(5).Select(g => $"  Given up: {g}"),
        .. GivenUp.Count > 5 ? (string[])[$"  … and {GivenUp.Count - 5} more given up"] : [],
    ]);
}
