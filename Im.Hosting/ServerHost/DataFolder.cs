namespace Im.Hosting.ServerHost;

/// <summary>The server's data: kept, and then locked against a second run, as Redis does not check; or thrown away after the server was asked to end.</summary>
internal sealed class DataFolder(FileStream? heldUntilTheEnd, string? thrownAway) : IDisposable
{
    /// <summary>Exit code of a server whose data another run uses.</summary>
    public const int InUse = 75;

    private static readonly TimeSpan PreviousRunLimit = TimeSpan.FromSeconds(10), CheckPeriod = TimeSpan.FromMilliseconds(100);

    public bool IsKept => thrownAway is null;

    /// <returns>Null when another run does not let go of it. The kernel releases the lock whatever ends the process.</returns>
    public static DataFolder? TryTake(RunOptions options)
    {
        if (options.LockFile is not { } path) return new(null, options.ThrowAwayDirectory);
        for (var deadline = DateTime.UtcNow + PreviousRunLimit; ; Thread.Sleep(CheckPeriod))
        {
            try
            {
                return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), null);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
            }
            catch (IOException)
            {
                Console.Error.WriteLine($"{path} is held by another process: is the application already running?");
                return null;
            }
        }
    }

    /// <summary>For a server that was asked to end. One that ended by itself is started again, on the same data.</summary>
    public void ThrowAway()
    {
        if (thrownAway is null) return;
        try
        {
            Directory.Delete(thrownAway, recursive: true);
        }
        catch (IOException exception)
        {
            // The next run sweeps what this one leaves.
            Console.Error.WriteLine($"The throw-away folder stays for now: {exception.GetType().Name}");
        }
    }

    public void Dispose() => heldUntilTheEnd?.Dispose();
}
