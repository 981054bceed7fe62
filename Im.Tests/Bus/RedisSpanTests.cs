using System.Collections.Concurrent;
using System.Diagnostics;
using Im.Core;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Im.Tests.Bus;

public sealed class RedisSpanTests
{
    [Fact]
    public async Task A_command_of_a_recorded_trace_has_a_span_without_its_key_and_others_have_none()
    {
        var spans = new ConcurrentQueue<Activity>();
        var name = $"test-{Guid.NewGuid():N}";
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ImTelemetry.Name || source.Name == name,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Name == "unrecorded" ? ActivitySamplingResult.PropagationData : ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource(name);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(TestServers.Redis);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IConnectionMultiplexer>(redis).AddSingleton(TimeProvider.System).AddImRedisSpans();
        using var host = builder.Build();
        await host.StartAsync();

        Activity recorded, unrecorded;
        using (recorded = source.StartActivity("recorded")!)
            await redis.GetDatabase().StringGetAsync("a key of somebody");
        using (unrecorded = source.StartActivity("unrecorded")!)
            await redis.GetDatabase().StringGetAsync("a key of somebody");
        await redis.GetDatabase().StringGetAsync("a key of somebody");
        await host.StopAsync();

        var span = Assert.Single(spans, span => span.TraceId == recorded.TraceId && span != recorded);
        Assert.Equal((recorded.SpanId, ActivityKind.Client, "GET"), (span.ParentSpanId, span.Kind, span.DisplayName));
        Assert.Equal("redis", span.GetTagItem("db.system.name"));
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains("somebody") == true);
        Assert.DoesNotContain(spans, span => span.TraceId == unrecorded.TraceId && span != unrecorded);
    }
}
