using StackExchange.Redis;

namespace Im.Core;

internal static class RedisFailure
{
    /// <summary>Whether Redis is away, stopping, loading or hanging, as against a fault of ours.</summary>
    public static bool IsUnavailable(Exception exception) => exception is RedisConnectionException or TimeoutException or ObjectDisposedException
        || exception is RedisServerException { Message: var message } && (message.StartsWith("LOADING", StringComparison.Ordinal)
            || message.StartsWith("READONLY", StringComparison.Ordinal) || message.StartsWith("MASTERDOWN", StringComparison.Ordinal)
            || message.StartsWith("OOM", StringComparison.Ordinal) || message.StartsWith("BUSY", StringComparison.Ordinal));
}
