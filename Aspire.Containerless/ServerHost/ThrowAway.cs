namespace Aspire.Containerless.ServerHost;

/// <summary>The folder of a server whose data nobody keeps.</summary>
internal static class ThrowAway
{
    public static void Delete(string? directory)
    {
        if (directory is null) return;
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (IOException exception)
        {
            // The next run sweeps what this one leaves.
            Console.Error.WriteLine($"The throw-away folder stays for now: {exception.GetType().Name}");
        }
    }
}
