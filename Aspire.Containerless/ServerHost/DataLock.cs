namespace Aspire.Containerless.ServerHost;

/// <summary>Keeps two runs from writing one folder: Redis does not check. The kernel releases it whatever ends the process.</summary>
internal static class DataLock
{
    private static readonly TimeSpan PreviousRunLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromMilliseconds(100);

    /// <returns>What holds the lock, or null when another run does not let go of it. A null path needs no lock.</returns>
    public static IDisposable? TryTake(string? path)
    {
        if (path is null) return Stream.Null;
        for (var deadline = DateTime.UtcNow + PreviousRunLimit; ; Thread.Sleep(CheckPeriod))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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
}
