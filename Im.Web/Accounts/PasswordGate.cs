namespace Im.Web.Accounts;

/// <summary>
/// Lets as many logins through at once as there are processors. Hashing a password is meant to be expensive: a flood of logins must not take the processor
/// from everything else, and guesses made side by side must find the counter of the wrong ones before them.
/// </summary>
internal sealed class PasswordGate : IDisposable
{
    private readonly SemaphoreSlim _places = new(Environment.ProcessorCount);

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        return new Place(_places);
    }

    public void Dispose() => _places.Dispose();

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
