using System.Collections.Concurrent;
using System.Diagnostics;
using Im.Core;
using Im.Protocol;
using static Im.Tests.Messages.StoreFixture;

namespace Im.Tests.Messages;

public sealed class AppendTraceTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task A_messages_trace_shows_its_commit_which_many_share_and_no_word_of_its_text()
    {
        const string Secret = "nobody else's business";
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is ImTelemetry.Name or "Npgsql" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        var jenny = await store.AddUserAsync();

        var frames = new List<Activity>();
        var appends = new List<Task>();
        await using (await store.LockAsync(ConversationId.Lobby))
        {
            for (var i = 0; i < 20; i++)
            {
                Activity.Current = null;
                frames.Add(source.StartActivity("frame")!);
                appends.Add(store.One.Messages.AppendAsync(ToLobby(jenny, Secret)));
            }
            Activity.Current = null;
        }
        await Task.WhenAll(appends);

        foreach (var frame in frames)
        {
            var append = Assert.Single(spans, span => span.DisplayName == "INSERT events" && span.TraceId == frame.TraceId);
            Assert.Equal(frame.SpanId, append.ParentSpanId);
            Assert.Equal(ActivityKind.Client, append.Kind);
            Assert.Equal("postgresql", append.GetTagItem("db.system.name"));
            var batch = Assert.Single(spans, span => span.DisplayName == "commit events" && span.Links.Any(link => link.Context == append.Context));
            Assert.Equal(batch.Context, Assert.Single(append.Links).Context);
            Assert.Equal(batch.GetTagItem("db.operation.batch.size"), append.GetTagItem("db.operation.batch.size"));
            Assert.Equal(batch.GetTagItem("db.operation.batch.size") is 1 ? append.SpanId : default, batch.ParentSpanId);
            Assert.Contains(spans, span => span.Source.Name == "Npgsql" && span.ParentSpanId == batch.SpanId);
        }
        Assert.DoesNotContain(spans, span => span.TagObjects.Any(tag => tag.Value?.ToString()?.Contains(Secret) == true));
    }
}
