using System.Text;
using Im.Client.Events;
using Im.Protocol;
using Im.Tests.Messages;

namespace Im.Tests.Checker;

/// <summary>As <see cref="DeliveryCheckerTests"/>, of what devices show: each test is a conversation in which one device has missed one thing, or the store has kept one.</summary>
public sealed class StateJudgeTests
{
    private const string Device = "Tom's phone";

    private static readonly Guid Jenny = Guid.NewGuid(), Tom = Guid.NewGuid();

    private readonly DeliveryChecker _checker = new();
    private readonly Dictionary<(ConversationId, Guid), long> _reads = new() { [(ConversationId.Lobby, Tom)] = 3 };
    private readonly List<EventFrame> _given =
    [
        Event(1, "text", """{"text":"first"}""", line: 1),
        Event(2, "text", """{"text":"a secret"}""", line: 2),
        Event(3, "poll", """{"question":"Tea?","options":["yes","no"]}""", line: 3),
        Event(4, "edit", """{"text":"second"}""", 1, EventEffect.Replace, ""),
        Event(5, "reaction", """{"keys":["👍"]}""", 2, EventEffect.Mark, "Tom"),
        Event(6, "vote", """{"choices":[0]}""", 3, EventEffect.Mark, "Jenny"),
        Event(7, "vote", """{"choices":[1]}""", 3, EventEffect.Mark, "Tom"),
        Event(8, "vote", """{"choices":[1]}""", 3, EventEffect.Mark, "Jenny"),
        Event(9, "edit", """{"text":"third"}""", 1, EventEffect.Replace, ""),
        Event(10, "recall", "{}", 2, EventEffect.Erase, ""),
    ];
    private readonly List<EventFrame> _stored;

    public StateJudgeTests() => _stored = [.. _given.Select(e => e.Seq is 2 or 5 ? e with { Content = null } : e)];

    [Fact]
    public void Who_was_given_everything_shows_what_is_stored_in_whatever_order_the_marks_came()
    {
        Show(_given);
        Show([.. _given[..3], .. _given[3..].AsEnumerable().Reverse()], "Jenny's phone");
        var report = Judge();
        Assert.True(report.IsClean, report.ToString());
    }

    [Theory]
    [InlineData(9, 1, "second")] // a missed edit
    [InlineData(10, 2, "a secret")] // a text that is shown after its recall
    [InlineData(7, 3, "with [8 vote Jenny")] // a lost vote
    [InlineData(8, 3, "with [6 vote Jenny")] // an older one
    [InlineData(2, 2, "is not shown")]
    public void It_sees_what_a_device_has_missed(long missed, long seq, string said)
    {
        Show(_given.Where(e => e.Seq != missed));
        AssertOne(FaultKind.Stale, Device, seq, said);
    }

    [Fact]
    public void It_sees_a_line_that_is_shown_and_not_stored()
    {
        Show(_given.Append(Event(11, "text", """{"text":"ghost"}""", line: 4)));
        AssertOne(FaultKind.Stale, Device, 11, "is not stored");
    }

    [Theory, InlineData(2), InlineData(4)]
    public void It_sees_a_device_with_another_read_position(long line)
    {
        Show(_given, read: line);
        AssertOne(FaultKind.Stale, Device, line, $"read up to line {line} is shown, and stored is 3");
    }

    [Fact]
    public void It_sees_a_read_position_that_went_back_in_the_store()
    {
        Show(_given);
        foreach (var line in (long[])[4, 2])
            _checker.ReadAcked(Tom, ConversationId.Lobby, line);
        AssertOne(FaultKind.Lost, "store", 4, "was told to have read up to line 4, and stored is 3");
    }

    [Theory, InlineData(2), InlineData(5)]
    public void It_sees_that_what_was_recalled_is_still_stored(long seq)
    {
        _stored[(int)seq - 1] = _given[(int)seq - 1];
        AssertOne(FaultKind.Kept, "store", seq, "was recalled");
    }

    [Fact]
    public void It_sees_a_recalled_text_in_the_content_of_another_event()
    {
        _checker.Sending("Jenny's phone", Jenny, ConversationId.Lobby, "e2", Texts.ContentOf("a secret"));
        _stored.Add(Event(11, "text", """{"text":"she wrote: a secret"}""", line: 4));
        AssertOne(FaultKind.Kept, "store", 2, "was recalled");
    }

    [Fact]
    public void It_sees_a_content_that_is_gone_though_nobody_recalled_it()
    {
        _stored[0] = _stored[0] with { Content = null };
        AssertOne(FaultKind.Lost, "store", 1, "nobody recalled it");
    }

    [Fact]
    public void It_sees_a_hole_in_the_lines()
    {
        _stored.Add(Event(11, "text", """{"text":"one too far"}""", line: 5));
        AssertOne(FaultKind.Differing, "store", 11, "is line 5 and follows line 3");
    }

    [Fact]
    public void What_is_done_to_a_recalled_line_may_be_refused_and_nothing_else()
    {
        Send("late", target: 2);
        Assert.True(Judge().IsClean, Judge().ToString());
        Send("never", target: 1);
        AssertOne(FaultKind.Lost, "store", 0, "never was refused, and its line 1 was not recalled");
    }

    [Fact]
    public void It_sees_what_was_refused_and_is_stored_all_the_same()
    {
        Send("e5", target: 2);
        AssertOne(FaultKind.Differing, "store", 5, "e5 was refused and is stored");
    }

    [Fact]
    public void Content_that_another_event_has_replaced_may_be_left_out_and_no_other()
    {
        _checker.Entitle(Device, ConversationId.Lobby, 0);
        foreach (var e in _stored)
            _checker.Received(Device, e.Seq is 1 or 4 or 6 or 7 ? e with { Content = null } : e); // 7 holds
        AssertOne(FaultKind.Differing, Device, 7, "or its content differs");
    }

    private void Send(string id, long target)
    {
        _checker.Sending("a phone", Jenny, ConversationId.Lobby, id, Texts.ContentOf(id), target);
        _checker.Refused(Jenny, ConversationId.Lobby, id);
    }

    private void Show(IEnumerable<EventFrame> given, string device = Device, long read = 3) =>
        _checker.Shows(device, ConversationId.Lobby, new(Tom, [.. given.Aggregate((IReadOnlyList<LineState>)[], Fold.Onto).Select(line => ShownLine.Of(line.Event))], read));

    private DeliveryReport Judge() => _checker.Judge(_stored, _reads);

    private void AssertOne(FaultKind kind, string where, long seq, string said)
    {
        var report = Judge();
        Assert.True(report.Faults is [var only] && (only.Kind, only.Where, only.Seq) == (kind, where, seq) && only.What.Contains(said, StringComparison.Ordinal), report.ToString());
    }

    private static EventFrame Event(long seq, string kind, string content, long? target = null, EventEffect? effect = null, string? slot = null, long? line = null) =>
        new(ConversationId.Lobby, seq, kind, new(Jenny, "Jenny"), 0, "realtime-1")
        {
            Id = $"e{seq}", Line = line, Target = target, Effect = effect, Slot = slot, Content = new(Encoding.UTF8.GetBytes(content)),
        };
}
