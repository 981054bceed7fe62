using Im.Bench.Load;
using Im.Bench.Measurement;
using Im.Hosting.Embedded;

namespace Im.Bench.Peers;

/// <summary>What becomes of a node's traces.</summary>
internal enum Tracing
{
    /// <summary>One in a hundred is recorded and exported, as in production.</summary>
    Sampled,
    Off,

    /// <summary>Every one is recorded and exported, as under the AppHost.</summary>
    All,
}

/// <summary>
/// Im as it is shipped, of this clone or of another one: two real nodes, Redis and Postgres. The page's server takes no part in most of what is measured, and is started where it does.
/// </summary>
internal sealed class ImPeer(Clone clone, RedisAlone redis, PostgresAlone postgres, OwnedProcess collector, int collectorPort, IReadOnlyDictionary<string, string> settings) : Peer
{
    public override string Name => clone.Name;

    public override Column Column => clone.Column;

    public override Codec Codec { get; } = new ImCodec(Directory.Exists(Path.Combine(clone.FolderOf("Im.Core"), "Kinds")) ? ImCodec.Newest : 1);

    public override OwnedProcess Redis => redis.Process;

    public override OwnedProcess Postgres => postgres.Process;

    /// <summary>Holds for nodes started from now on.</summary>
    public Tracing Tracing { get; set; }

    /// <summary>Of its Postgres, with the password.</summary>
    public string Database => postgres.ConnectionString;

    public ImData Data { get; } = new(postgres.Source, redis.ConnectionString);

    /// <summary>Without its nodes: they start when they are first needed.</summary>
    /// <param name="settings">Of its nodes, besides those that all have.</param>
    public static async Task<ImPeer> StartAsync(Clone clone, Action<string> progress, CancellationToken cancellationToken, params (string Name, string Value)[] settings)
    {
        RedisAlone? redis = null;
        PostgresAlone? postgres = null;
        try
        {
            redis = await RedisAlone.StartAsync($"bench-{clone.Column}-redis", progress, cancellationToken);
            postgres = await PostgresAlone.StartAsync($"bench-{clone.Column}-postgres", progress, cancellationToken);
            var port = FreePort.Next();
            var collector = await OwnedProcess.StartDotNetAsync("Collector", BenchProgram.Command("collector", $"{port}"), new Dictionary<string, string>(), port, cancellationToken);
            return new(clone, redis, postgres, collector, port, settings.ToDictionary(each => each.Name, each => each.Value));
        }
        catch
        {
            if (postgres is not null)
                await postgres.DisposeAsync();
            if (redis is not null)
                await redis.DisposeAsync();
            throw;
        }
    }

    protected override async Task StartNodesAsync(CancellationToken cancellationToken) =>
        Nodes = await Task.WhenAll(Ports.Select((port, index) => OwnedProcess.StartDotNetAsync(
            $"Node {index + 1} of {Name}", [ServerHost.Command, clone.Find("Im.Realtime", BenchProgram.Configuration)], Environment(index, port), port, cancellationToken)));

    protected override Task<IReadOnlyList<Account>> AddAccountsAsync(int count, CancellationToken cancellationToken) => Data.AddAccountsAsync(count, cancellationToken);

    /// <summary>The page's server, with its API and the gateway to the nodes.</summary>
    public Task<OwnedProcess> StartWebAsync(int port, CancellationToken cancellationToken)
    {
        var environment = Environment(Ports.Length, port);
        environment["OTEL_SERVICE_NAME"] = "web";
        return OwnedProcess.StartDotNetAsync($"The web server of {Name}", [ServerHost.Command, clone.Find("Im.Web", BenchProgram.Configuration)], environment, port, cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await StopNodesAsync();
        await collector.DisposeAsync();
        await postgres.DisposeAsync();
        await redis.DisposeAsync();
    }

    private Dictionary<string, string> Environment(int index, int port) => new(settings)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
        ["ConnectionStrings__redis"] = redis.ConnectionString,
        ["ConnectionStrings__im"] = postgres.ConnectionString,
        ["Im__Node__Name"] = $"realtime-bench{index + 1}",
        // The same name for nodes of a build that does not know that setting.
        ["OTEL_SERVICE_NAME"] = "realtime",
        ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id=bench{index + 1}",
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{collectorPort}",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_TRACES_SAMPLER"] = Tracing switch { Tracing.Off => "always_off", Tracing.All => "always_on", _ => "parentbased_traceidratio" },
        ["OTEL_TRACES_SAMPLER_ARG"] = "0.01",
        // Few users send what many would, from one address.
        ["Limits__Messages__PerSecond"] = "1000000",
        ["Limits__Messages__Burst"] = "1000000",
        ["Limits__Frames__PerSecond"] = "1000000",
        ["Limits__FrameBytes__PerSecond"] = "1000000000",
        ["Limits__Reads__PerSecond"] = "1000000",
        ["Limits__Typing__PerSecond"] = "1000000",
        ["Limits__Connects__PerSecond"] = "100000",
        ["Limits__Connects__Burst"] = "1000000",
        ["Limits__MaxConnections"] = "1000000",
        ["Limits__MaxConnectionsPerAddress"] = "1000000",
        ["Limits__MaxConnectionsPerUser"] = "100000",
        ["Limits__ReadBytes__Burst"] = "1000000000",
        ["Limits__ReadBytes__PerSecond"] = "1000000000",
        ["Limits__Requests__PerSecond"] = "1000000",
        ["Limits__Directory__PerSecond"] = "1000000",
        ["Limits__Searches__PerSecond"] = "1000000",
    };
}
