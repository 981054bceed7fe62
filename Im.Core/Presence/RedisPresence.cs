using Im.Core.Bus;
using Im.Core.Nodes;
using Im.Protocol;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Core.Presence;

internal sealed partial class RedisPresence : BackgroundService, IPresence
{
    /// <summary>For so long changes are gathered, towards Redis and towards clients: a change is everywhere within twice this.</summary>
    public static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(250);

    private readonly PresenceBoard _board = new();
    private readonly OwnColumn _own;
    private readonly PresenceWriter _writer;
    private readonly PresenceReader _reader;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public RedisPresence(NodeLease lease, NodeWatch watch, IBus bus, IConnectionMultiplexer redis, RedisKeys keys, TimeProvider time, IOptions<PresenceOptions> options, ILogger<RedisPresence> logger)
    {
        (_time, _logger) = (time, logger);
        _own = new(lease.Identity.Id, _board, time, options.Value.ReturnTime);
        _writer = new(_own, lease, bus, redis, keys, time, logger);
        _reader = new(_board, _writer, lease, watch, bus, redis, keys, time, logger);
    }

    public event Action<PresenceFrame>? Changed;

    public void Enter(string connectionId, UserInfo? user) => _own.Enter(connectionId, user);

    public void Leave(string connectionId, bool mayReturn) => _own.Leave(connectionId, mayReturn);

    public void Update(UserInfo user) => _own.Update(user);

    public PresenceFrame Snapshot() => _board.Snapshot();

    public PeoplePage ListAfter(Guid? after) => _board.ListAfter(after);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(TellAsync(stoppingToken), _writer.RunAsync(GatherTime, stoppingToken), _reader.RunAsync(stoppingToken));

    /// <summary>Apart from Redis' loops: what happens on this node is seen on this node even while Redis is away.</summary>
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(GatherTime, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            _own.EndAbsences();
            if (_board.TakeChanges() is not { } frame)
                continue;
            try
            {
                Changed?.Invoke(frame);
            }
            catch (Exception exception)
            {
                LogHandlerFailed(exception);
            }
        }
    }

    /// <summary>Empties the column at once, so that the others need not wait for the lease.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        _own.LeaveAll();
        await _writer.WriteAsync(cancellationToken);
        _reader.Dispose();
    }

    [LoggerMessage(3202, LogLevel.Error, "A handler of presence changes failed")]
    private partial void LogHandlerFailed(Exception exception);
}
