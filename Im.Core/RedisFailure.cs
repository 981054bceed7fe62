using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Im.Core;

internal static partial class RedisFailure
{
    /// <summary>
    /// Whether Redis is away, stopping, loading, hanging, full or for another reason cannot work now, as against a fault of ours. A server that refuses says so in the first word of its
    /// error; where a script met it, that word comes later.
    /// </summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        RedisConnectionException or TimeoutException or ObjectDisposedException => true,
        RedisCommandException { Message: var message } => message.StartsWith("Command cannot be issued to a replica", StringComparison.Ordinal), // known before it was asked
        RedisServerException { Message: var message } => Refusal().IsMatch(message),
        _ => false,
    };

    // MISCONF: the disk is full, nothing can be saved. OOM: memory is. READONLY, MASTERDOWN, NOREPLICAS: it is, or lost, a replica. INPROG, REDIRECT, IOERR: places are changed. CLUSTERDOWN, TRYAGAIN, MOVED, ASK: slots on their way.
    // BUSY, UNKILLABLE: a script runs on. (BUSYGROUP and BUSYKEY are no such words.) Garnet has most of them, and says the last two in words.
    [GeneratedRegex(@"\b(?:MISCONF|OOM|READONLY|LOADING|MASTERDOWN|NOREPLICAS|INPROG|REDIRECT|IOERR|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|UNKILLABLE)\b|max number of clients|shutting down|out of memory", RegexOptions.CultureInvariant)]
    private static partial Regex Refusal();
}
