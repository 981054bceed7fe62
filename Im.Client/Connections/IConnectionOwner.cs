using Im.Client.Http;
using Im.Protocol;

namespace Im.Client.Connections;

/// <summary>What the <see cref="ConnectionKeeper"/> needs of the rest of the client. Calls about one connection come one after the other.</summary>
internal interface IConnectionOwner
{
    /// <summary>Before each attempt: what has to be known before the first frame arrives. Throws <see cref="ImException"/> when it could not be learned.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Where to connect without the gateway; empty where that is the way.</summary>
    /// <param name="avoid">Another node than this one where there is one.</param>
    Task<ConnectResponse> FindDoorAsync(string? node, string? avoid, CancellationToken cancellationToken);

    /// <summary>Whose connections these are.</summary>
    Credential Credential { get; }

    /// <summary>A connection is ready and about to become the current one; none of its frames was handled yet.</summary>
    void OnReady(Link link);

    void OnFrame(Link link, ServerFrame frame);

    void OnChange(ConnectionChange change);
}
