namespace Aspire.Containerless.Servers;

/// <summary>Aspire's own orchestrator and dashboard, as the Aspire CLI unpacks them.</summary>
/// <param name="DcpPath">The <c>dcp</c> executable.</param>
/// <param name="ManagedPath">The <c>aspire-managed</c> executable, whose <c>dashboard</c> command is the dashboard.</param>
/// <param name="Source">Where it was found, for the log.</param>
internal sealed record AspireBundle(string DcpPath, string ManagedPath, string Source)
{
    /// <summary>Finds the bundle on this machine, or fetches it from npm once.</summary>
    /// <param name="progress">Told, one sentence a call, what takes long.</param>
    /// <exception cref="ContainerlessException">There is none and none can be fetched; the message is one sentence for a person.</exception>
    public static Task<AspireBundle> LocateAsync(Action<string> progress, CancellationToken cancellationToken) => throw new NotImplementedException();
}
