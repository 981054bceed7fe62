using System.Net.Sockets;
using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Core.Sessions;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Im.Core.Outages;

/// <summary>Tells "a server behind us cannot work now" from a fault of ours, for whoever answers a client.</summary>
public static class ServerAway
{
    /// <summary>Whether Redis or Postgres is away, hangs, is full, read-only, starting or stopping: the same may be asked again later.</summary>
    public static bool Is(Exception exception) => exception switch
    {
        SessionsUnavailableException or NodesUnavailableException or StoreUnavailableException or StoreBusyException or BusUnavailableException => true,
        RetryLimitExceededException or SocketException => true,
        _ when RedisFailure.IsUnavailable(exception) => true,
        NpgsqlException npgsql when npgsql.IsTransient || PostgresFailures.Classify(exception) is PostgresFailure.Away or PostgresFailure.TimedOut => true,
        InvalidOperationException broken when PostgresFailures.Classify(broken) == PostgresFailure.Away => true,
        { InnerException: { } inner } => Is(inner), // Entity Framework wraps what it meets
        _ => false,
    };
}
