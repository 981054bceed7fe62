using StackExchange.Redis;

namespace Im.Core.Nodes;

/// <summary>
/// A hash in Redis that belongs to this node and lives with its lease. Memory holds the truth, the hash is its copy for the others: changes are added to it,
/// and it is written anew as a whole under a new lease, after a failed write, and when Redis turns out to hold something else (restored from an old snapshot).
/// Each write raises the hash's <c>version</c>. Used from one loop.
/// </summary>
/// <param name="keyOf">The hash's key, of the node's id.</param>
internal sealed class LeasedHash(Func<string, string> keyOf, NodeLease lease, RedisKeys keys, IDatabase database, TimeProvider time)
{
    public const string VersionField = "version";

    /// <summary>How often an unchanged hash is looked after.</summary>
    public static readonly TimeSpan VerifyInterval = TimeSpan.FromSeconds(2);

    /// <summary>Fields per script call: some 10 ms of Redis' time at most.</summary>
    private const int MaxFieldsPerWrite = 5_000;

    private bool _rewrite = true;
    private long _epoch;
    private long _version;
    private long _verifiedAt = time.GetTimestamp();

    private RedisKey[] Keys => field ??= [keys.Lease(lease.Identity.Id), keyOf(lease.Identity.Id)];

    /// <param name="collect">Gives the fields changed since it was last called, or with true all there are; an empty value removes the field.</param>
    /// <returns>What was written; null when there was nothing to write or it could not be (a later call then writes everything).</returns>
    /// <exception cref="RedisException">Redis could not be reached; the same holds.</exception>
    public async Task<LeasedWrite?> WriteAsync(Func<bool, IReadOnlyList<HashEntry>> collect, CancellationToken cancellationToken)
    {
        if (lease.Epoch is var epoch && epoch == 0)
            return null;
        var whole = _rewrite || epoch != _epoch;
        var fields = collect(whole);
        if (!whole && fields.Count == 0)
        {
            if (time.GetElapsedTime(_verifiedAt) < VerifyInterval)
                return null;
            await WriteAsync(epoch, _version, _version, [], cancellationToken);
            return null;
        }
        for (var written = 0; written == 0 || written < fields.Count; written += MaxFieldsPerWrite)
        {
            var part = fields.Skip(written).Take(MaxFieldsPerWrite);
            if (!await WriteAsync(epoch, whole && written == 0 ? null : _version, ++_version, part, cancellationToken))
                return null;
        }
        _epoch = epoch;
        return new(_version, whole);
    }

    private async Task<bool> WriteAsync(long epoch, long? expected, long version, IEnumerable<HashEntry> fields, CancellationToken cancellationToken)
    {
        // Until Redis says that it is done, nothing is known, and only a whole write is right.
        _rewrite = true;
        RedisValue[] arguments = [epoch, expected ?? RedisValue.EmptyString, version, .. fields.SelectMany(field => new[] { field.Name, field.Value })];
        switch ((long)await database.ScriptEvaluateAsync(NodeScripts.Write, Keys, arguments).WaitAsync(cancellationToken))
        {
            case 0:
                lease.Doubt();
                return false;
            case 1:
                return false;
        }
        _rewrite = false;
        _verifiedAt = time.GetTimestamp();
        return true;
    }
}

/// <param name="Whole">The hash was replaced, not added to.</param>
internal readonly record struct LeasedWrite(long Version, bool Whole);
