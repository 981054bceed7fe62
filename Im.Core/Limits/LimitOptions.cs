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

    /// <summary><c>typing</c> of one user, over all conversations, connections and nodes.</summary>
    [ValidateObjectMembers]
    public Rate Typing { get; set; } = new(5, 50);

    /// <summary>WebSocket frames of one connection that are no whole message: pings, pongs, fragments, empty ones. Counted as they are read.</summary>
    [ValidateObjectMembers]
    public Rate ControlFrames { get; set; } = new(50, 500);

    /// <summary>Bytes of history and of lists of conversations and people for one user, or for the guests of one address, at each process.</summary>
    [ValidateObjectMembers]
    public Rate ReadBytes { get; set; } = new(1024 * 1024, 32 * 1024 * 1024);

    /// <summary>Messages of one user, over all connections and nodes.</summary>
    [ValidateObjectMembers]
    public Rate Messages { get; set; } = new(50, 1_000);

    /// <summary>Direct conversations begun by one user, over all connections, nodes and keys: by default 200 an hour.</summary>
    [ValidateObjectMembers]
    public Rate NewConversations { get; set; } = new(200 / 3_600.0, 200);

    /// <summary>Rooms made by one user, over all web servers: by default 40 an hour.</summary>
    [ValidateObjectMembers]
    public Rate Rooms { get; set; } = new(40 / 3_600.0, 40);

    /// <summary>What else one user changes of rooms, over all web servers: joining, leaving, inviting, removing, titles, links. What is refused counts.</summary>
    [ValidateObjectMembers]
    public Rate RoomChanges { get; set; } = new(2, 200);

    /// <summary>Pages of the directory and profiles that one user asks for, over all web servers.</summary>
    [ValidateObjectMembers]
    public Rate Directory { get; set; } = new(10, 200);

    /// <summary>Blocks, answered requests, settings, display names, pictures, mutes, pins and push subscriptions of one user, over all web servers. What is refused counts.</summary>
    [ValidateObjectMembers]
    public Rate PeopleChanges { get; set; } = new(1, 100);

    /// <summary>Messages of which the browsers of one user are told by a push: by default 15 a minute. What is more is left out; a later one tells of it.</summary>
    [ValidateObjectMembers]
    public Rate Pushes { get; set; } = new(0.25, 60);

    /// <summary>Reports by one user, over all web servers: by default 20 an hour. What is refused counts.</summary>
    [ValidateObjectMembers]
    public Rate Reports { get; set; } = new(20 / 3_600.0, 20);

    /// <summary>Searches of one user, over all web servers.</summary>
    [ValidateObjectMembers]
    public Rate Searches { get; set; } = new(2, 60);

    /// <summary>Files that one user uploads, over all web servers. What is refused for its size counts.</summary>
    [ValidateObjectMembers]
    public Rate Uploads { get; set; } = new(0.5, 200);

    /// <summary>Bytes of files, thumbnails too, for one user, or for the guests of one address, at each web server.</summary>
    [ValidateObjectMembers]
    public Rate FileBytes { get; set; } = new(16 * 1024 * 1024, 512 * 1024 * 1024);

    /// <summary>Connections opened from one address, at each door (gateway or node).</summary>
    [ValidateObjectMembers]
    public Rate Connects { get; set; } = new(200, 5_000);

    /// <summary>Attempts to log in from one address, at each web server.</summary>
    [ValidateObjectMembers]
    public Rate Logins { get; set; } = new(5, 300);

    /// <summary>Requests to the HTTP API from one address, at each web server.</summary>
    [ValidateObjectMembers]
    public Rate Requests { get; set; } = new(500, 5_000);

    /// <summary>Requests to everything else from one address, at each process: the page's files, <c>/health</c>, <c>/alive</c>, the descriptions.</summary>
    [ValidateObjectMembers]
    public Rate Pages { get; set; } = new(500, 10_000);

    /// <summary>Guest sessions made for one address, at each web server.</summary>
    [ValidateObjectMembers]
    public Rate Guests { get; set; } = new(0.5, 1_000);

    /// <summary>Bearer tokens and tickets of one session, over all web servers.</summary>
    [ValidateObjectMembers]
    public Rate SessionKeys { get; set; } = new(0.2, 100);

    /// <summary>Tickets for connections straight to a node, of one session, over all web servers. Beyond it the gateway is the way.</summary>
    [ValidateObjectMembers]
    public Rate ConnectTickets { get; set; } = new(1, 200);

    /// <summary>Exports of one account, at each web server; one after the other: see <see cref="MaxExports"/>.</summary>
    [ValidateObjectMembers]
    public Rate Exports { get; set; } = new(0.02, 10);

    /// <summary>Messages published with the API keys of one user, whichever and however new, over all web servers.</summary>
    [ValidateObjectMembers]
    public Rate KeyPublishes { get; set; } = new(10, 100);

    /// <summary>Lines posted with one incoming webhook, over all web servers.</summary>
    [ValidateObjectMembers]
    public Rate WebhookPosts { get; set; } = new(5, 100);

    /// <summary>Tokens of webhooks that are none, from one address, over all web servers.</summary>
    [ValidateObjectMembers]
    public Rate WebhookGuesses { get; set; } = new(1, 100);

    /// <summary>Tokens for widgets with the API keys of one user, over all web servers.</summary>
    [ValidateObjectMembers]
    public Rate WidgetTokens { get; set; } = new(20, 1_000);

    /// <summary>
    /// Open WebSockets of one process, and as many TCP connections beside them that are none (yet), 10 to 1,000,000. Of the former more are answered with 503, of the latter
    /// closed as they come.
    /// </summary>
    [Range(10, 1_000_000)]
    public int MaxConnections { get; set; } = 50_000;

    /// <summary>
    /// Of these from one address, 1 to 1,000,000, and never more than half of <see cref="MaxConnections"/>: more WebSockets are answered with 429. An office of 500 people with two
    /// tabs each has 1,000, and for a moment twice as many after its network was away.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerAddress { get; set; } = 4_000;

    /// <summary>Open WebSockets of one user at one process, 1 to 100,000; more are answered with 429.</summary>
    [Range(1, 100_000)]
    public int MaxConnectionsPerUser { get; set; } = 100;

    /// <summary>Exports of accounts under way at one web server, 1 to 1,000; one account has one.</summary>
    [Range(1, 1_000)]
    public int MaxExports { get; set; } = 2;

    /// <summary>Uploads under way at one web server, 1 to 10,000, of one user at most <see cref="MaxUploadsPerUser"/>; more are answered with 429, or with 503 where it is all of them.</summary>
    [Range(1, 10_000)]
    public int MaxUploads { get; set; } = 100;

    /// <summary>Of these by one user, 1 to 10,000, and never more than half of them.</summary>
    [Range(1, 10_000)]
    public int MaxUploadsPerUser { get; set; } = 20;

    /// <summary>How long a TCP connection may say nothing, at its beginning or after an answer, 1 to 600 s. No WebSocket is meant.</summary>
    [Range(1, 600)]
    public int KeepAliveSeconds { get; set; } = 15;

    /// <summary>How long a client may take over the head of a request, a handshake's too, 1 to 120 s.</summary>
    [Range(1, 120)]
    public int HeadersTimeoutSeconds { get; set; } = 10;
}

[OptionsValidator]
internal sealed partial class LimitOptionsValidator : IValidateOptions<LimitOptions>;
