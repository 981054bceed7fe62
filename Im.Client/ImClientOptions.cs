using System.Net;
using Im.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Im.Client;

/// <summary>Settings of an <see cref="Chat.ImClient"/>. Only <see cref="BaseAddress"/> has no default.</summary>
public sealed class ImClientOptions
{
    /// <summary>A good <see cref="MaxFillMessages"/> for an application that shows messages to people.</summary>
    public const int ScreenFillMessages = 200;

    /// <summary>Where the page and the HTTP API are, such as <c>http://localhost:20460</c>.</summary>
    public required Uri BaseAddress { get; init; }

    /// <summary>Holds the session. Clients that share a container are tabs of one browser: a login in one is followed by the others.</summary>
    public CookieContainer Cookies { get; init; } = new();

    /// <summary>For programs: holds the session instead of <see cref="Cookies"/>, which are then left alone.</summary>
    public BearerToken? Bearer { get; init; }

    /// <summary>For HTTP requests; not disposed. Its handler must leave cookies alone (<c>UseCookies = false</c>): <see cref="Cookies"/> are added to each request.</summary>
    public HttpClient? HttpClient { get; init; }

    /// <summary>Name of the node asked for at the gateway; when it is not live any other takes the connection.</summary>
    public string? Node { get; init; }

    /// <summary>A node's own address (see <see cref="Chat.ImClient.GetNodesAsync"/>), connected to without the gateway. There is no other node to turn to then.</summary>
    public Uri? NodeAddress { get; init; }

    /// <summary>
    /// Whether to connect straight to a node where the server has a way (<c>GET /api/connect</c>), and by the gateway where it has none or that leads nowhere. Costs less for both sides. False: always by the gateway.
    /// </summary>
    public bool Direct { get; init; } = true;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Makes the random part of waiting times repeatable.</summary>
    public int? RandomSeed { get; init; }

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>One attempt to connect, up to <c>ready</c>. The first two are given up after 4 s already: what accepts and says nothing is often a dead server behind a proxy, and the next try meets another one.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A frame without an answer for so long is sent again, with the same id.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A question (lines, conversations, read) without an answer for so long, reconnects included, fails with <see cref="ImCodes.Timeout"/>. Sends wait on.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an event that arrived too early waits for the one before it, before the client asks for it.</summary>
    public TimeSpan HoleGrace { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Posts waiting for their ack; one more fails with <see cref="ImCodes.QueueFull"/>.</summary>
    public int MaxPendingSends { get; init; } = 1_000;

    /// <summary>Events waiting for the application. While it is full nothing is lost: what follows is asked for when there is room.</summary>
    public int MessageBuffer { get; init; } = 1_000;

    /// <summary>
    /// Null, the default, is for programs: the stream has every event, however long the absence was. With a number, at least 1, the stream is live at once: when more events than
    /// that of one conversation were missed (or not taken from the stream in time, see <see cref="MessageBuffer"/>), it has a <see cref="EventGap"/> for them and goes on with the newest
    /// <see cref="ProtocolLimits.DefaultPageMessages"/>. Then read <see cref="Chat.ImClient.ReadStreamAsync"/>.
    /// </summary>
    public int? MaxFillMessages { get; init; }

    /// <summary>
    /// The last event's sequence the application has dealt with, by conversation: the stream begins after it (0: with the conversation's first event).
    /// A conversation that is not named begins with what is said after the first connect.
    /// </summary>
    public IReadOnlyDictionary<ConversationId, long> StartAfter { get; init; } = new Dictionary<ConversationId, long>();

    /// <summary>The <see cref="HelloFrame.Epoch"/> that <see cref="StartAfter"/> is of: in another one it is not used, and the stream says so. Null: it is not checked.</summary>
    public string? StartEpoch { get; init; }
}
