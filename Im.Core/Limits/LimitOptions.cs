using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Im.Core.Limits;

/// <summary>
/// How fast is too fast, section <c>Limits</c>, such as <c>Limits:Messages:PerSecond</c>; sizes are in <see cref="Protocol.ProtocolLimits"/>. All of them are in
/// <c>docs/protocol.md</c>, section 5. Nobody at a keyboard meets the defaults.
/// </summary>
public sealed class LimitOptions
{
    /// <summary>Frames of one connection.</summary>
    [ValidateObjectMembers]
    public Rate Frames { get; set; } = new(200, 2_000);

    /// <summary>Bytes in the frames of one connection.</summary>
    [ValidateObjectMembers]
    public Rate FrameBytes { get; set; } = new(1024 * 1024, 8 * 1024 * 1024);

    /// <summary>Questions to the database from one connection: <c>history</c>, <c>conversations</c>, <c>read</c>, <c>authenticate</c>.</summary>
    [ValidateObjectMembers]
    public Rate Reads { get; set; } = new(50, 500);

    /// <summary><c>typing</c> of one connection, over all conversations.</summary>
    [ValidateObjectMembers]
    public Rate Typing { get; set; } = new(5, 50);

    /// <summary>Messages of one user, over all connections and nodes.</summary>
    [ValidateObjectMembers]
    public Rate Messages { get; set; } = new(50, 1_000);

    /// <summary>Connections opened from one address, at each door (gateway or node).</summary>
    [ValidateObjectMembers]
    public Rate Connects { get; set; } = new(200, 5_000);

    /// <summary>Attempts to log in from one address, at each web server.</summary>
    [ValidateObjectMembers]
    public Rate Logins { get; set; } = new(5, 300);

    /// <summary>Requests to the HTTP API from one address, at each web server.</summary>
    [ValidateObjectMembers]
    public Rate Requests { get; set; } = new(500, 5_000);

    /// <summary>Messages published with the API keys of one user, whichever and however new, over all web servers.</summary>
    [ValidateObjectMembers]
    public Rate KeyPublishes { get; set; } = new(10, 100);

    /// <summary>Open TCP connections of one process, 10 to 1,000,000; more are closed as they come.</summary>
    [Range(10, 1_000_000)]
    public int MaxConnections { get; set; } = 50_000;

    /// <summary>How long a client may take over the head of a request, a handshake's too, 1 to 120 s.</summary>
    [Range(1, 120)]
    public int HeadersTimeoutSeconds { get; set; } = 10;
}

[OptionsValidator]
internal sealed partial class LimitOptionsValidator : IValidateOptions<LimitOptions>;
