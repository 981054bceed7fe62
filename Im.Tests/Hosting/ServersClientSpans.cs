using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Im.Tests.Hosting;

/// <summary>Every span the application's own tracing would export.</summary>
internal sealed class ServersClientSpans : BaseProcessor<Activity>
{
    private readonly ConcurrentQueue<Activity> _ended = new();

    public ServersClientSpans(IHostApplicationBuilder builder) =>
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(SourceName).AddProcessor(this));

    private static string SourceName => "Im.Tests";

    private static ActivitySource Source { get; } = new(SourceName);

    public static Activity StartParent() => Source.StartActivity("parent") ?? throw new InvalidOperationException("Nobody listens: the host has not started.");

    public IReadOnlyCollection<Activity> All => _ended;

    public override void OnEnd(Activity span) => _ended.Enqueue(span);

    /// <summary>The spans below the parent, once there are that many.</summary>
    public async Task<List<Activity>> BelowAsync(Activity parent, int count)
    {
        await ServersProcess.UntilAsync(() => Task.FromResult(Below().Count >= count), TimeSpan.FromSeconds(5), $"{count} spans");
        return Below();

        List<Activity> Below() => [.. _ended.Where(span => span.ParentSpanId == parent.SpanId && span.TraceId == parent.TraceId)];
    }
}
