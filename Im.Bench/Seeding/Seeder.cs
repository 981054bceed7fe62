using System.Globalization;
using Im.Bench.Load;
using Im.Core.Accounts;
using Im.Core.Data;
using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Im.Bench.Seeding;

/// <summary>
/// Fills a store with what people did in the last 90 days. Memberships, lines, what happened to them and read positions go through the product's own stores, so the rows are those that it writes;
/// accounts alone are copied. All conversations grow at the same time, so one's lines lie apart on the disk, as they do where people talk.
/// </summary>
internal sealed class Seeder(IServiceProvider services, NpgsqlDataSource source, SeedPlan plan, SeedClock clock, Action<string> say, CancellationToken cancelled)
{
    private const int UnderWay = 8_000, AtOnce = 12, MembershipsEach = 4, PairsEach = 2, Told = 100_000;
    private static readonly TimeSpan Past = TimeSpan.FromDays(90);

    private readonly Random _random = new(plan.Seed);
    private readonly Corpus _english = Corpus.English(plan.Seed), _chinese = Corpus.Chinese(plan.Seed);
    private readonly IEventStore _events = services.GetRequiredService<IEventStore>();
    private readonly IRoomStore _rooms = services.GetRequiredService<IRoomStore>();
    private readonly IConversationStore _conversations = services.GetRequiredService<IConversationStore>();

    /// <returns>Who was made; the first one is in every tenth room.</returns>
    /// <exception cref="LoadException">The store has these people already.</exception>
    public static async Task<IReadOnlyList<UserInfo>> RunAsync(string database, SeedPlan plan, Action<string> say, CancellationToken cancelled)
    {
        var clock = new SeedClock();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddImData(database).AddImMessages().AddImAccounts();
        builder.Services.Configure<MessageWriterOptions>(options => (options.MaxBatchMessages, options.MaxQueuedMessages) = (1_000, 2 * UnderWay));
        using var host = builder.Build();
        await host.StartAsync(cancelled);
        await using var source = NpgsqlDataSource.Create(database);
        try
        {
            return await new Seeder(host.Services, source, plan, clock, say, cancelled).RunAsync();
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<UserInfo>> RunAsync()
    {
        var begin = DateTimeOffset.UtcNow - Past;
        clock.Now = begin;
        var people = await SeedPeople.AddAsync(source, plan, _random, begin.UtcDateTime, cancelled);
        say($"{people.Count:#,0} people");
        var rooms = await AddRoomsAsync(people);
        say($"{rooms.Count:#,0} rooms with {rooms.Sum(room => room.People.Count):#,0} memberships");
        var lobby = new SeedTalk(ConversationId.Lobby, people, null, (await _events.GetHeadAsync(ConversationId.Lobby, cancelled)).LastLine, _english);
        var pairs = AddPairs(people);
        await TalkAsync(lobby, rooms, pairs, begin);
        await ReadAsync([.. rooms, .. pairs]);
        say("analysing");
        await using var command = source.CreateCommand("VACUUM (ANALYZE) conversations, members, events, mentions, rooms, users");
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancelled);
        return people;
    }

    /// <summary>Few large ones and many small ones. Every fourth is private, where one is invited; one in fifty leaves again.</summary>
    private async Task<IReadOnlyList<SeedTalk>> AddRoomsAsync(IReadOnlyList<UserInfo> people)
    {
        var shares = Enumerable.Range(0, plan.Rooms).Select(rank => 1.0 / (rank + 4)).ToArray();
        var plans = Enumerable.Range(0, plan.Rooms).Select(rank =>
        {
            var size = Math.Clamp((int)(MembershipsEach * people.Count * shares[rank] / shares.Sum()), 2, Math.Min(people.Count, RoomLimits.MaxMembers));
            var members = new HashSet<UserInfo>(rank % 10 == 0 ? [people[0]] : []);
            while (members.Count < size)
                members.Add(people[_random.Next(people.Count)]);
            var leaving = members.Skip(2).Where(_ => _random.Next(50) == 0).ToHashSet();
            return (Rank: rank, Members: members.ToArray(), Leaving: leaving, Corpus: CorpusOf(rank));
        }).ToArray();
        var made = new SeedTalk[plan.Rooms];
        await Parallel.ForEachAsync(plans, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancelled }, async (one, _) =>
            made[one.Rank] = await AddRoomAsync(one.Rank, one.Members, one.Leaving, one.Corpus));
        return made;
    }

    private async Task<SeedTalk> AddRoomAsync(int rank, IReadOnlyList<UserInfo> members, HashSet<UserInfo> leaving, Corpus corpus)
    {
        var (title, isPublic) = (corpus == _chinese ? $"房间 {plan.Seed}-{rank}" : $"Room {plan.Seed}-{rank}", rank % 4 != 2);
        var owner = Of(members[0]);
        var room = Done(await _rooms.CreateAsync(owner, new(title, "", isPublic), title.ToLowerInvariant(), cancelled)).Room!.Conversation;
        foreach (var member in members.Skip(1))
        {
            if (!isPublic)
                Done(await _rooms.InviteAsync(room, owner, member.Id, cancelled));
            Done(await _rooms.JoinAsync(room, Of(member), cancelled));
        }
        if (members.Count > 2 && !leaving.Contains(members[1]))
            Done(await _rooms.SetRoleAsync(room, owner, members[1].Id, Protocol.Kinds.RoomRoles.Administrator, cancelled));
        foreach (var member in leaving)
            Done(await _rooms.LeaveAsync(room, Of(member), cancelled));
        return new(room, [.. members.Where(member => !leaving.Contains(member))], null, (await _events.GetHeadAsync(room, cancelled)).LastLine, corpus);
    }

    /// <summary>Everybody begins two direct conversations; of five one gets no answer.</summary>
    private List<SeedTalk> AddPairs(IReadOnlyList<UserInfo> people)
    {
        var known = new HashSet<ConversationId>();
        var pairs = new List<SeedTalk>();
        for (var i = 0; i < PairsEach * people.Count; i++)
        {
            var (one, other) = (people[i % people.Count], people[_random.Next(people.Count)]);
            if (one != other && known.Add(ConversationId.Direct(one.Id, other.Id)))
                pairs.Add(new(ConversationId.Direct(one.Id, other.Id), i % 5 == 4 ? [one] : [one, other], other, 0, CorpusOf(i)));
        }
        return pairs;
    }

    /// <summary>A twentieth in the lobby, eleven in rooms, eight between two; in few much is said, and in many little.</summary>
    private async Task TalkAsync(SeedTalk lobby, IReadOnlyList<SeedTalk> rooms, List<SeedTalk> pairs, DateTimeOffset begin)
    {
        using var free = new SemaphoreSlim(UnderWay);
        var (inRooms, inPairs) = (new Weights(rooms.Count, 4), new Weights(pairs.Count, 30));
        Exception? failed = null;
        for (var number = 0; number < plan.Messages && failed is null; number++)
        {
            var at = (begin + (Past * ((number + 1.0) / (plan.Messages + 1)))).ToUnixTimeMilliseconds();
            var talk = _random.Next(20) switch
            {
                0 => lobby,
                < 12 when rooms.Count > 0 => rooms[inRooms.Next(_random)],
                _ => pairs.Count > 0 ? pairs[inPairs.Next(_random)] : lobby,
            };
            await AppendAsync(talk.Say(_random, at), talk.Lines);
            if (talk.Mark(_random, at) is { } mark)
                await AppendAsync(mark, null);
            if ((number + 1) % Told == 0)
                say(string.Create(CultureInfo.InvariantCulture, $"{number + 1:#,0} messages"));
        }
        for (var i = 0; i < UnderWay; i++)
            await free.WaitAsync(cancelled);
        if (failed is not null)
            throw new LoadException($"The seed was not stored: {failed.Message}", failed);

        async Task AppendAsync(NewEvent added, long? line)
        {
            await free.WaitAsync(cancelled);
            _ = EndAsync(_events.AppendAsync(added, cancelled), line);
        }

        async Task EndAsync(Task<AppendResult> append, long? line)
        {
            try
            {
                if (await append is var stored && stored.Event.Line != line)
                    throw new LoadException("Somebody else writes into the store.");
            }
            catch (Exception e)
            {
                failed ??= e;
            }
            free.Release();
        }
    }

    /// <summary>Half of those who read along have read to the end or nearly so; the others since their own last line nothing.</summary>
    private async Task ReadAsync(IReadOnlyList<SeedTalk> talks)
    {
        var reads = talks.Where(talk => talk.Lines > 0).SelectMany(talk => talk.People.Select(person => (talk, person))).Where(_ => _random.Next(2) == 0)
            .Select(read => (read.talk, read.person, Line: Math.Max(1, read.talk.Lines - _random.Next(5)))).ToArray();
        await Parallel.ForEachAsync(reads, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancelled }, async (read, token) =>
            await _conversations.MarkReadAsync(read.talk.Id, read.person.Id, read.Line, cancellationToken: token));
        say($"{reads.Length:#,0} read positions");
    }

    private Corpus CorpusOf(int number) => number % 3 == 2 ? _chinese : _english;

    private static RoomResult Done(RoomResult result) => result.Refusal is null ? result : throw new LoadException($"A room of the seed is refused: {result.Refusal}.");

    private static SenderInfo Of(UserInfo user) => new(user.Id, user.Nickname);

    /// <summary>Of so many, the first ones more often (Zipf).</summary>
    private sealed class Weights
    {
        private readonly double[] _upTo;

        public Weights(int count, int flat)
        {
            _upTo = new double[count];
            var sum = 0.0;
            for (var rank = 0; rank < count; rank++)
                _upTo[rank] = sum += 1.0 / (rank + flat);
        }

        public int Next(Random random)
        {
            var at = Array.BinarySearch(_upTo, random.NextDouble() * _upTo[^1]);
            return Math.Min(at < 0 ? ~at : at, _upTo.Length - 1);
        }
    }
}

/// <summary>The time at which the store says that a room was made; waiting is as ever.</summary>
internal sealed class SeedClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

    public override DateTimeOffset GetUtcNow() => Now;
}
