using CsCheck;
using Im.Tests.Fixtures;
using Im.Protocol;
using Im.Tests.Messages;

namespace Im.Tests.Checker;

/// <summary>The checker is only worth something if it sees each kind of fault: each test makes a clean run and breaks one thing in it.</summary>
public sealed class DeliveryCheckerTests
{
    private static readonly Guid Jenny = Guid.Parse("a3b8d425-2b60-4ad7-8a55-2f5c1d3e9b01"), Tom = Guid.Parse("0f9a6c1e-7d44-4b8e-9c3a-5b1e2d7f8a02");
    private static readonly ConversationId Direct = ConversationId.Direct(Jenny, Tom);

    private readonly DeliveryChecker _checker = new();
    private readonly List<EventFrame> _stored = [];

    [Fact]
    public void A_clean_run_has_no_faults()
    {
        CleanRun();
        var report = Judge();
        Assert.True(report.IsClean, report.ToString());
        Assert.Equal((8, 8, 8, 21), (report.Sent, report.Acked, report.Stored, report.Received));
    }

    [Fact]
    public void What_was_said_before_a_receiver_came_is_not_missed()
    {
        Store(ConversationId.Lobby, 1, Tom);
        _checker.Entitle("late", ConversationId.Lobby, after: 1);
        Assert.True(Judge().IsClean);
    }

    [Fact]
    public void An_unacked_message_may_be_stored_or_not()
    {
        _checker.Entitle("r", ConversationId.Lobby, 0);
        _checker.Sending("Jenny on node 1", Jenny, ConversationId.Lobby, "gone", Texts.ContentOf("x"));
        _checker.Sending("Jenny on node 1", Jenny, ConversationId.Lobby, "kept", Texts.ContentOf("text 1 ✓"));
        Store(ConversationId.Lobby, 1, Jenny, "kept");
        Receive("r", 1);
        Assert.True(Judge().IsClean, Judge().ToString());
    }

    [Fact]
    public void An_unacked_message_that_is_stored_must_reach_everybody()
    {
        _checker.Entitle("r", ConversationId.Lobby, 0);
        _checker.Sending("Jenny on node 1", Jenny, ConversationId.Lobby, "kept", Texts.ContentOf("text 1 ✓"));
        Store(ConversationId.Lobby, 1, Jenny, "kept");
        AssertOne(FaultKind.Lost, "r", 1);
    }

    [Fact]
    public void It_sees_an_acked_message_that_is_not_stored()
    {
        CleanRun();
        _checker.Sending("Jenny on node 1", Jenny, ConversationId.Lobby, "lost", Texts.ContentOf("x"));
        _checker.Acked(Jenny, ConversationId.Lobby, "lost", 6);
        AssertOne(FaultKind.Lost, "store", 6);
    }

    [Fact]
    public void It_sees_a_message_that_did_not_reach_one_receiver()
    {
        CleanRun();
        Say(ConversationId.Lobby, 6, Jenny, "Tom on node 2", "guest");
        AssertOne(FaultKind.Lost, "Jenny on node 1", 6);
    }

    [Fact]
    public void It_sees_a_message_missing_in_the_middle()
    {
        CleanRun();
        Say(ConversationId.Lobby, 6, Jenny, "Tom on node 2", "Jenny on node 1");
        Say(ConversationId.Lobby, 7, Jenny, "Tom on node 2", "Jenny on node 1", "guest");
        AssertOne(FaultKind.Lost, "guest", 6);
    }

    [Fact]
    public void It_sees_a_message_given_twice()
    {
        CleanRun();
        Receive("guest", 5);
        AssertOne(FaultKind.Doubled, "guest", 5);
    }

    [Fact]
    public void It_sees_an_old_message_given_twice()
    {
        CleanRun();
        Receive("guest", 2);
        AssertOne(FaultKind.Doubled, "guest", 2);
    }

    [Fact]
    public void It_sees_a_message_stored_twice()
    {
        CleanRun();
        Store(ConversationId.Lobby, 6, Jenny, IdOf(ConversationId.Lobby, 1), text: "text 1 ✓");
        foreach (var receiver in new[] { "Jenny on node 1", "Tom on node 2", "guest" })
            Receive(receiver, 6);
        AssertOne(FaultKind.Doubled, "store", 6);
    }

    [Fact]
    public void The_same_id_of_another_sender_or_in_another_conversation_is_another_message()
    {
        Store(ConversationId.Lobby, 1, Jenny, "same");
        Store(ConversationId.Lobby, 2, Tom, "same");
        Store(Direct, 1, Tom, "same");
        Assert.True(Judge().IsClean, Judge().ToString());
    }

    [Fact]
    public void It_sees_messages_given_in_another_order()
    {
        CleanRun();
        Say(ConversationId.Lobby, 6, Tom, "Tom on node 2", "Jenny on node 1");
        Say(ConversationId.Lobby, 7, Tom, "Tom on node 2", "Jenny on node 1");
        Receive("guest", 7);
        Receive("guest", 6);
        AssertOne(FaultKind.Misordered, "guest", 6);
    }

    [Fact]
    public void It_sees_messages_stored_in_another_order_than_sent()
    {
        foreach (var id in new[] { "first", "second" })
            _checker.Sending("Jenny on node 1", Jenny, ConversationId.Lobby, id, Texts.ContentOf(id));
        Store(ConversationId.Lobby, 1, Jenny, "second", "second");
        Store(ConversationId.Lobby, 2, Jenny, "first", "first");
        AssertOne(FaultKind.Misordered, "store", 1);
    }

    [Fact]
    public void Two_connections_of_a_user_are_not_in_order_among_each_other()
    {
        _checker.Sending("Jenny on node 1", Jenny, ConversationId.Lobby, "first", Texts.ContentOf("first"));
        _checker.Sending("Jenny on node 2", Jenny, ConversationId.Lobby, "second", Texts.ContentOf("second"));
        Store(ConversationId.Lobby, 1, Jenny, "second", "second");
        Store(ConversationId.Lobby, 2, Jenny, "first", "first");
        Assert.True(Judge().IsClean, Judge().ToString());
    }

    [Fact]
    public void It_sees_a_text_that_changed_on_the_way()
    {
        CleanRun();
        Say(ConversationId.Lobby, 6, Jenny, "Tom on node 2", "Jenny on node 1");
        _checker.Received("guest", _stored[^1] with { Content = Texts.ContentOf("other") });
        AssertOne(FaultKind.Differing, "guest", 6);
    }

    [Fact]
    public void It_sees_a_text_that_changed_in_the_store()
    {
        _checker.Sending("Jenny on node 1", Jenny, ConversationId.Lobby, "m", Texts.ContentOf("as sent"));
        Store(ConversationId.Lobby, 1, Jenny, "m", "as stored");
        AssertOne(FaultKind.Differing, "store", 1);
    }

    [Fact]
    public void It_sees_an_ack_with_another_sequence_than_the_stored_one()
    {
        CleanRun();
        _checker.Acked(Jenny, ConversationId.Lobby, IdOf(ConversationId.Lobby, 1), 2); // a retry, answered differently
        AssertOne(FaultKind.Differing, "store", 1);
    }

    [Fact]
    public void It_sees_a_message_that_was_never_stored()
    {
        CleanRun();
        _checker.Received("guest", new(ConversationId.Lobby, 6, "text", new(Tom, "Tom"), 0, "realtime-1") { Id = "ghost", Content = Texts.ContentOf("ghost") });
        AssertOne(FaultKind.Differing, "guest", 6);
    }

    [Fact]
    public void It_sees_a_hole_in_the_stored_sequence()
    {
        Store(ConversationId.Lobby, 1, Jenny);
        Store(ConversationId.Lobby, 3, Jenny);
        _stored[^1] = _stored[^1] with { Line = 2 };
        AssertOne(FaultKind.Differing, "store", 3);
    }

    [Fact]
    public void It_sees_a_direct_message_at_somebody_else()
    {
        CleanRun();
        _checker.Received("guest", _stored.First(m => m.Conversation == Direct));
        AssertOne(FaultKind.Foreign, "guest", 1);
    }

    [Fact]
    public void Whatever_one_receiver_is_denied_given_twice_or_given_late_is_seen() =>
        Gen.Select(Gen.Int[2, 40], Gen.Int[0, 1_000], Gen.Int[0, 2]).ForEach((count, where, kind) =>
        {
            var checker = new DeliveryChecker();
            checker.Entitle("r", ConversationId.Lobby, 0);
            var stored = Enumerable.Range(1, count).Select(seq => Message(ConversationId.Lobby, seq, Tom, null, null)).ToList();
            var at = where % (count - 1);
            List<EventFrame> given = kind switch
            {
                0 => [.. stored[..at], .. stored[(at + 1)..]],
                1 => [.. stored, stored[at]],
                _ => [.. stored[..at], stored[at + 1], stored[at], .. stored[(at + 2)..]],
            };
            given.ForEach(m => checker.Received("r", m));
            var fault = checker.Judge(stored).Faults.Single();
            return fault.Kind == (FaultKind)kind && fault.Seq == at + 1;
        });

    [Fact]
    public void The_report_begins_with_figures_and_shows_the_first_faults_of_each_kind()
    {
        _checker.Entitle("r", ConversationId.Lobby, 0);
        for (var seq = 1; seq <= 13; seq++)
            Store(ConversationId.Lobby, seq, Jenny);
        var lines = Judge().ToString().Split('\n');
        Assert.Equal("sent 0, acked 0, refused 0, stored 13, received 0; lost 13 doubled 0 misordered 0 differing 0 foreign 0 leaked 0 stale 0 kept 0", lines[0]);
        Assert.Equal("  Lost at r: lobby 1: lobby-1 is stored and was not given", lines[1]);
        Assert.Equal(("  … and 3 more Lost", 12), (lines[^1], lines.Length));
    }

    // Five messages in the lobby at three receivers, three in a direct conversation at its two.
    private void CleanRun()
    {
        foreach (var receiver in new[] { "Jenny on node 1", "Tom on node 2", "guest" })
            _checker.Entitle(receiver, ConversationId.Lobby, 0);
        foreach (var receiver in new[] { "Jenny on node 1", "Tom on node 2" })
            _checker.Entitle(receiver, Direct, 0);
        for (var seq = 1; seq <= 5; seq++)
            Say(ConversationId.Lobby, seq, seq % 2 == 0 ? Tom : Jenny, "Jenny on node 1", "Tom on node 2", "guest");
        for (var seq = 1; seq <= 3; seq++)
            Say(Direct, seq, Tom, "Jenny on node 1", "Tom on node 2");
    }

    private void Say(ConversationId conversation, long seq, Guid sender, params string[] receivers)
    {
        Store(conversation, seq, sender);
        _checker.Sending($"{sender}", sender, conversation, IdOf(conversation, seq), _stored[^1].Content!.Value);
        _checker.Acked(sender, conversation, IdOf(conversation, seq), seq);
        foreach (var receiver in receivers)
            _checker.Received(receiver, _stored[^1]);
    }

    private void Store(ConversationId conversation, long seq, Guid sender, string? id = null, string? text = null) => _stored.Add(Message(conversation, seq, sender, id, text));

    private void Receive(string receiver, long seq) => _checker.Received(receiver, _stored.First(m => m.Conversation.IsLobby && m.Seq == seq));

    private DeliveryReport Judge() => _checker.Judge(_stored);

    private void AssertOne(FaultKind kind, string where, long seq)
    {
        var report = Judge();
        Assert.True(report.Faults is [var only] && (only.Kind, only.Where, only.Seq) == (kind, where, seq), report.ToString());
    }

    private static string IdOf(ConversationId conversation, long seq) => $"{(conversation.IsLobby ? "lobby" : "direct")}-{seq}";

    private static EventFrame Message(ConversationId conversation, long seq, Guid sender, string? id, string? text) => new(conversation, seq, "text", new(sender, sender == Tom ? "Tom" : "Jenny"), 0, "realtime-1")
    {
        Id = id ?? IdOf(conversation, seq),
        Line = seq,
        Content = Texts.ContentOf(text ?? $"text {seq} ✓"),
    };
}
