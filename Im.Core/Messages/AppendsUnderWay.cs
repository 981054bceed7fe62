using Im.Core.Data;

namespace Im.Core.Messages;

/// <summary>Waits for what is being stored: after it nothing more comes of who was taken the right to write before it.</summary>
internal sealed class AppendsUnderWay(StoreReader reader, TimeProvider time)
{
    // Whoever is storing messages at this moment. Postgres locks the tables of a statement before it takes the statement's snapshot: an append that comes after this answer sees
    // the mark, and one that may not have seen it is in the answer.
    private const string UnderWaySql = """
        SELECT virtualtransaction FROM pg_locks
        WHERE locktype = 'relation' AND relation = 'events'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()
        """;

    private static readonly TimeSpan UnderWayPoll = TimeSpan.FromMilliseconds(5), UnderWayTimeout = TimeSpan.FromSeconds(20);

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var waitedFor = await FindUnderWayAsync(); waitedFor.Count > 0; waitedFor.IntersectWith(await FindUnderWayAsync()))
        {
            if (time.GetElapsedTime(started) > UnderWayTimeout)
                throw new StoreUnavailableException(new TimeoutException("A statement that stores messages does not end."));
            await Task.Delay(UnderWayPoll, time, cancellationToken);
        }

        Task<HashSet<string>> FindUnderWayAsync() => reader.QueryAsync(UnderWaySql, [], async rows =>
        {
            var found = new HashSet<string>();
            while (await rows.ReadAsync())
                found.Add(rows.GetString(0));
            return found;
        }, cancellationToken);
    }
}
