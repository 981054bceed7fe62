using System.Text.Json;
using Im.Protocol;

namespace Im.Tests.Checker;

/// <summary>What was sent and answered, against what is stored.</summary>
internal static class StoreJudge
{
    private const string Store = "store";

    public static void Judge(Dictionary<MessageKey, SentEvent> sent, Dictionary<ConversationId, ConversationTruth> stored, List<DeliveryFault> faults)
    {
        foreach (var (conversation, truth) in stored)
        {
            JudgeNumbers(conversation, truth.Events, faults);
            JudgeErased(conversation, truth, sent, faults);
        }
        var bySender = stored.Values.SelectMany(truth => truth.Events).GroupBy(KeyOf).ToDictionary(g => g.Key, g => g.First());
        foreach (var (key, one) in sent)
            JudgeOne(key, one, bySender.GetValueOrDefault(key), stored.GetValueOrDefault(key.Conversation), faults);
        JudgeOrder(sent, bySender, faults);
    }

    private static void JudgeNumbers(ConversationId conversation, IReadOnlyList<EventFrame> events, List<DeliveryFault> faults)
    {
        for (var i = 1; i < events.Count; i++)
            if (events[i].Seq != events[i - 1].Seq + 1)
                faults.Add(new(FaultKind.Differing, Store, conversation, events[i].Seq, $"follows {events[i - 1].Seq}"));
        var lines = events.Where(e => e.Line is not null).ToList();
        for (var i = 1; i < lines.Count; i++)
            if (lines[i].Line != lines[i - 1].Line + 1)
                faults.Add(new(FaultKind.Differing, Store, conversation, lines[i].Seq, $"is line {lines[i].Line} and follows line {lines[i - 1].Line}"));
        foreach (var twice in events.GroupBy(KeyOf).Where(g => g.Count() > 1))
            faults.Add(new(FaultKind.Doubled, Store, conversation, twice.Last().Seq, $"{twice.Key.Id} is also {string.Join(", ", twice.SkipLast(1).Select(e => e.Seq))}"));
    }

    // A recalled text is nowhere: neither in its own row nor in any other one's content.
    private static void JudgeErased(ConversationId conversation, ConversationTruth truth, Dictionary<MessageKey, SentEvent> sent, List<DeliveryFault> faults)
    {
        var kept = new Lazy<string>(() => string.Join('\n', truth.Events.SelectMany(e => e.Content is { } content ? TextsOf(content) : [])));
        foreach (var e in truth.Events)
        {
            var isErased = truth.IsErased(e);
            if (isErased && (e.Content is not null || sent.GetValueOrDefault(KeyOf(e)) is { } own && TextsOf(own.Content).Any(text => text.Length > 3 && kept.Value.Contains(text, StringComparison.Ordinal))))
                faults.Add(new(FaultKind.Kept, Store, conversation, e.Seq, $"{e.Id} was recalled, and what it said is stored"));
            if (!isErased && e.Content is null)
                faults.Add(new(FaultKind.Lost, Store, conversation, e.Seq, $"{e.Id} has no content, and nobody recalled it"));
        }
    }

    private static void JudgeOne(MessageKey key, SentEvent sent, EventFrame? stored, ConversationTruth? truth, List<DeliveryFault> faults)
    {
        foreach (var seq in sent.AckedSeqs.Distinct().Where(seq => seq != stored?.Seq))
            faults.Add(stored is null
                ? new(FaultKind.Lost, Store, key.Conversation, seq, $"{key.Id} was acked and is not stored")
                : new(FaultKind.Differing, Store, key.Conversation, stored.Seq, $"{key.Id} was acked as {seq}"));
        if (stored is not null && sent.IsRefused)
            faults.Add(new(FaultKind.Differing, Store, key.Conversation, stored.Seq, $"{key.Id} was refused and is stored"));
        if (sent.IsRefused && truth?.IsErased(sent.Target) is not true)
            faults.Add(new(FaultKind.Lost, Store, key.Conversation, 0, $"{key.Id} was refused, and its line {sent.Target} was not recalled"));
        if (stored?.Content is { } content && content != sent.Content)
            faults.Add(new(FaultKind.Differing, Store, key.Conversation, stored.Seq, $"{key.Id} has another content than was sent"));
    }

    // A connection sends the next event of a conversation when the last one is settled, so that order holds for whatever was stored.
    private static void JudgeOrder(Dictionary<MessageKey, SentEvent> sent, Dictionary<MessageKey, EventFrame> stored, List<DeliveryFault> faults)
    {
        foreach (var lane in sent.Where(s => stored.ContainsKey(s.Key)).OrderBy(s => s.Value.Order).GroupBy(s => (s.Key.Conversation, s.Value.Connection)))
        {
            long last = 0;
            foreach (var (key, _) in lane)
            {
                var seq = stored[key].Seq;
                if (seq < last)
                    faults.Add(new(FaultKind.Misordered, Store, key.Conversation, seq, $"{key.Id} was sent after what is {last}"));
                last = Math.Max(last, seq);
            }
        }
    }

    private static IEnumerable<string> TextsOf(RawJson content)
    {
        using var json = JsonDocument.Parse(content.Utf8);
        return [.. json.RootElement.EnumerateObject().Where(field => field.Value.ValueKind == JsonValueKind.String).Select(field => field.Value.GetString()!)];
    }

    private static MessageKey KeyOf(EventFrame e) => new(e.Conversation, e.From.Id, e.Id ?? "");
}
