namespace Im.Web.Accounts;

/// <summary>
/// Lets as many password hashes be made at once as there are processors, and one at a time for an account. Hashing is meant to be expensive: a flood of logins must not take
/// the processor from everything else, nor may a flood for one account take all places.
/// </summary>
internal sealed class PasswordGate : IDisposable
{
    private readonly SemaphoreSlim _places = new(Environment.ProcessorCount);

    // An account's is found by its id. That a few share one makes them take turns, no more.
    private readonly SemaphoreSlim[] _accounts = [.. Enumerable.Range(0, 1_024).Select(_ => new SemaphoreSlim(1))];

    /// <summary>For a hash that is no account's yet.</summary>
    public Task<IDisposable> EnterAsync(CancellationToken cancellationToken) => EnterAsync([_places], cancellationToken);

    public Task<IDisposable> EnterAsync(Guid account, CancellationToken cancellationToken) =>
        EnterAsync([_accounts[(uint)account.GetHashCode() % _accounts.Length], _places], cancellationToken);

    public void Dispose()
    {
        _places.Dispose();
        Array.ForEach(_accounts, account => account.Dispose());
    }

    private static async Task<IDisposable> EnterAsync(SemaphoreSlim[] doors, CancellationToken cancellationToken)
    {
        var entered = new Stack<SemaphoreSlim>();
        try
        {
            foreach (var door in doors)
            {
                await door.WaitAsync(cancellationToken);
                entered.Push(door);
            }
        }
        catch
        {
            new Place(entered).Dispose();
            throw;
        }
        return new Place(entered);
    }

    private sealed class Place(Stack<SemaphoreSlim> entered) : IDisposable
    {
        public void Dispose()
        {
            while (entered.TryPop(out var door))
                door.Release();
        }
    }
}
