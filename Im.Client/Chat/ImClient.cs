using Im.Client.Connections;
using Im.Client.Events;
using Im.Client.Http;
using Im.Client.Presence;
using Im.Client.Requests;
using Im.Client.Sessions;
using Im.Protocol;
using Microsoft.Extensions.Logging;

namespace Im.Client.Chat;

/// <summary>
/// A client of Im: one session, one connection that mends itself, and every event exactly once and in order. Thread-safe.
/// Methods throw <see cref="ImException"/> with the code of what went wrong, and <see cref="OperationCanceledException"/> when cancelled.
/// </summary>
public sealed class ImClient : IAsyncDisposable
{
    private readonly ImClientOptions _options;
    private readonly ImHttp _http;
    private readonly SessionState _session = new();
    private readonly OnlineList _online = new();
    private readonly Inbox _inbox;
    private readonly TokenRenewal _renewal;
    private readonly SessionFollower _follower;
    private readonly FrameRouter _router;
    private readonly ConnectionKeeper _keeper;
    private readonly RequestSender _requests;
    private readonly Lanes _lanes;
    private readonly CancellationTokenSource _disposing = new();
    private readonly Task _mending;

    public ImClient(ImClientOptions options)
    {
        var logger = options.LoggerFactory.CreateLogger<ImClient>();
        var jitter = new Jitter(options.RandomSeed);
        _options = options;
        _http = new(options);
        Rooms = new(_http);
        People = new(_http);
        Notifications = new(_http);
        Files = new(_http);
        Administration = new(_http);
        Account = new(_http);
        _inbox = new(options);
        _lanes = new(options.MaxPendingSends);
        _renewal = new(_http, options.TimeProvider, logger);
        _follower = new(_http, _renewal, _inbox.Begin, options, logger);
        _router = new(_http, _session, _inbox, _online, logger) { Follower = _follower };
        _keeper = new(_router, options, jitter, logger);
        _router.Requests = _requests = new(_keeper, _session, options, jitter);
        _mending = MendAsync(new Mender(_inbox, _requests, options, logger), logger);
    }

    /// <summary>The connection opened, was lost, was replaced, closed. Raised one at a time; a handler must be quick, and what it throws is logged and dropped. So for the other events.</summary>
    public event Action<ConnectionChange>? ConnectionChanged
    {
        add => _router.ConnectionChanged += value;
        remove => _router.ConnectionChanged -= value;
    }

    /// <summary>
    /// Every frame after <c>ready</c>, after the client has done its part with it: <see cref="PresenceFrame"/>, <see cref="SessionFrame"/>, <see cref="TypingFrame"/>, <see cref="ReadFrame"/>, <see cref="UnreadFrame"/>, <see cref="SeenFrame"/> …
    /// An <see cref="EventFrame"/> comes here as it arrives, doubled or out of order as it may be; read <see cref="ReadEventsAsync"/> instead.
    /// </summary>
    public event Action<ServerFrame>? FrameReceived
    {
        add => _router.FrameReceived += value;
        remove => _router.FrameReceived -= value;
    }

    /// <summary>Making, finding, joining and looking after rooms.</summary>
    public Rooms Rooms { get; }

    /// <summary>Who there is, online or not: finding, blocking, reporting them, and answering their requests.</summary>
    public People People { get; }

    /// <summary>Muting, pinning, and of what the user is told.</summary>
    public Notifications Notifications { get; }

    /// <summary>Uploading files, and reading them.</summary>
    public Files Files { get; }

    /// <summary>What administrators see and do.</summary>
    public Administration Administration { get; }
    /// <summary>Sessions, keys, password, export and deletion.</summary>
    public Account Account { get; }

    public ConnectionState State => _keeper.State;

    /// <summary>What the node said first on the current connection: its name, the connection's id, the limits, the store's epoch. Null when there is none.</summary>
    public HelloFrame? Hello => _keeper.Current?.Hello;

    /// <summary>The current connection came straight to the node; else by the gateway, or there is none.</summary>
    public bool IsDirect => _keeper.Current?.IsDirect is true;

    /// <summary>Who is logged in; null for a guest.</summary>
    public UserInfo? User => _session.User;

    /// <summary>The session's public id.</summary>
    public string? SessionId => _session.SessionId;

    /// <summary>Who is online, as last heard.</summary>
    public OnlineSnapshot Online => _online.Snapshot();

    /// <summary>Logs in, or joins with a nickname nobody has; without <paramref name="join"/> that is an <see cref="ImException"/> with <see cref="ProblemCodes.UnknownNickname"/>. An open connection becomes the user's before this returns, or is replaced by one that is.</summary>
    public async Task<LoginResponse> LoginAsync(string nickname, string password, string? brief = null, bool join = true, CancellationToken cancellationToken = default)
    {
        return await FollowAsync(await _http.LoginAsync(new(nickname, password, brief, join ? null : false), cancellationToken), cancellationToken);
    }

    /// <summary>Sets a new password with a recovery code and logs in with it; all of the account's other sessions end. <see cref="ProblemCodes.WrongCode"/> for a code that is none, or no more.</summary>
    public async Task<LoginResponse> RecoverAsync(string nickname, string code, string newPassword, CancellationToken cancellationToken = default) =>
        await FollowAsync(await _http.RecoverAsync(new(nickname, code, newPassword), cancellationToken), cancellationToken);

    private async Task<LoginResponse> FollowAsync(LoginResponse login, CancellationToken cancellationToken)
    {
        if (_keeper.Current is { } link)
            await _follower.FollowOrCutAsync(link, cancellationToken);
        _session.SetUser(login.User);
        return login;
    }

    /// <summary>The session is a guest's again, in every tab. What was not sent yet fails with <see cref="ErrorCodes.NotLoggedIn"/>.</summary>
    public async Task LogoutAsync(CancellationToken cancellationToken = default)
    {
        await _http.LogoutAsync(cancellationToken);
        _session.LogOut();
    }

    public Task<UserInfo> UpdateBriefAsync(string brief, CancellationToken cancellationToken = default) => UpdateProfileAsync(new(Brief: brief), cancellationToken);

    /// <summary>Changes brief, display name or both; what is null stays, an empty name is none. <see cref="ProblemCodes.NicknameTaken"/> for a name that is easily taken for another's nickname.</summary>
    public async Task<UserInfo> UpdateProfileAsync(ProfileRequest change, CancellationToken cancellationToken = default)
    {
        var user = await _http.PutProfileAsync(change, cancellationToken);
        _session.SetUser(user);
        return user;
    }

    /// <summary>Who the session is, asked of the HTTP API.</summary>
    public Task<MeResponse> GetMeAsync(CancellationToken cancellationToken = default) => _http.GetMeAsync(cancellationToken);

    /// <summary>Texts that the user may read, newest first. A text is found up to 2 s after it was said; what was recalled is found no more.</summary>
    /// <param name="after">The <see cref="SearchResponse.Next"/> of the page before.</param>
    public Task<SearchResponse> SearchAsync(SearchFilter wanted, string? after = null, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, $"/api/search?{wanted.ToQuery(after)}", null, ProtocolJson.Wire.SearchResponse, cancellationToken);

    public Task<IReadOnlyList<NodeInfo>> GetNodesAsync(CancellationToken cancellationToken = default) => _http.GetNodesAsync(cancellationToken);

    /// <summary>Connects and returns after <c>ready</c>; from then on the connection is kept. Tries until it works, is refused for good, or is cancelled (then nothing is kept).</summary>
    public Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposing.IsCancellationRequested, this);
        return _keeper.StartAsync(cancellationToken);
    }

    /// <summary>Leaves. Posts that wait for an ack fail with <see cref="ImCodes.Closed"/>; <see cref="ConnectAsync"/> goes on with the stream where this stopped.</summary>
    public Task DisconnectAsync() => _keeper.StopAsync();

    /// <summary>
    /// Every event of the lobby, the user's direct conversations and rooms, own ones included, each conversation's exactly once and in order, over reconnects. <see cref="EventContents"/> reads them;
    /// what they make of the lines is <see cref="Fold"/>. One stream for the client's life: two readers share it between them. It ends when the client is disposed.
    /// A long backlog is read while the stream is; posts, questions and acks do not wait for it. Content that was erased or replaced by then is left out of it.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="ImClientOptions.MaxFillMessages"/> is set: the stream has gaps, which only <see cref="ReadStreamAsync"/> tells.</exception>
    public IAsyncEnumerable<EventFrame> ReadEventsAsync(CancellationToken cancellationToken = default) => _options.MaxFillMessages is null
        ? _inbox.ReadAllAsync(cancellationToken).Where(item => item.Event is not null).Select(item => item.Event!)
        : throw new InvalidOperationException($"With {nameof(ImClientOptions.MaxFillMessages)} the stream has gaps: read {nameof(ReadStreamAsync)}.");

    /// <summary>
    /// The stream of <see cref="ReadEventsAsync"/>, and in it, where <see cref="ImClientOptions.MaxFillMessages"/> is set, the gaps: what is in none of them comes exactly once and in order. It also
    /// tells of a new life of the store (<see cref="StreamItem.NewEpoch"/>).
    /// </summary>
    public IAsyncEnumerable<StreamItem> ReadStreamAsync(CancellationToken cancellationToken = default) => _inbox.ReadAllAsync(cancellationToken);

    /// <summary>
    /// Posts an event and returns when it is stored for good; <see cref="Posts"/> has a method for each kind. Kept meanwhile: sent again, with the same id, after a lost connection and after errors
    /// that pass. Posts to one conversation are stored in the order of the calls. Where the session is lost (Redis lost its data, say) it waits until the same user is logged in again, and is never
    /// sent as somebody else. Cancelling stops waiting; the event may be stored all the same.
    /// </summary>
    /// <param name="content">As its kind wants it.</param>
    /// <param name="target">The line it is about, where its kind has one.</param>
    /// <param name="id">The client's id of it, 1 to 64 characters; give the one of an earlier try to make sure that it is not stored twice.</param>
    /// <exception cref="ImException">A final error; <see cref="ErrorCodes.NotLoggedIn"/>: its author logged out, or another logged in; <see cref="ImCodes.Closed"/> or <see cref="ImCodes.QueueFull"/>: what became of it is unknown in the former.</exception>
    public Task<AckFrame> PostAsync(ChatTarget to, string kind, RawJson content, long? target = null, string? id = null, CancellationToken cancellationToken = default)
    {
        var frame = new PostFrame { Id = id ?? Guid.CreateVersion7().ToString(), Conversation = to.Conversation, User = to.User, Kind = kind, Target = target, Content = content };
        PostRules.Check(frame, Hello?.Limits.FrameBytes ?? ProtocolLimits.MaxFrameBytes);
        var sender = User;
        return _lanes.RunAsync(to.Resolve(sender?.Id), () => _requests.InsistAsync<AckFrame>(frame, sender, waitForAsker: true, cancellationToken), cancellationToken);
    }

    /// <summary>A page of lines as they are shown now, ascending, with what holds for each: older than <paramref name="before"/>, newer than <paramref name="after"/>, with <paramref name="around"/> in the middle, or with none the newest. <see cref="LineState.OfPage"/> reads them.</summary>
    /// <param name="before">A line's number, as the others.</param>
    /// <param name="limit">1 to <see cref="ProtocolLimits.MaxPageMessages"/>.</param>
    public Task<LinesFrame> LinesAsync(
        ChatTarget of, long? before = null, long? after = null, long? around = null, int limit = ProtocolLimits.DefaultPageMessages, CancellationToken cancellationToken = default) =>
        _requests.AskAsync<LinesFrame>(
            new LinesRequest { Id = _requests.NewId(), Conversation = of.Conversation, User = of.User, Before = before, After = after, Around = around, Limit = limit }, cancellationToken);

    /// <summary>A page of events after a sequence, ascending; what was erased or replaced since has no content.</summary>
    /// <param name="limit">1 to <see cref="ProtocolLimits.MaxPageMessages"/>.</param>
    public Task<EventsFrame> EventsAsync(ChatTarget of, long after, int limit = ProtocolLimits.MaxPageMessages, CancellationToken cancellationToken = default) =>
        _requests.AskAsync<EventsFrame>(new EventsRequest { Id = _requests.NewId(), Conversation = of.Conversation, User = of.User, After = after, Limit = limit }, cancellationToken);

    /// <summary>A page of the user's conversations: those in which the user has written before those of strangers, each newest first.</summary>
    /// <param name="after">The <see cref="ConversationListFrame.Next"/> of the page before; null for the first, which has the lobby and <see cref="ConversationListFrame.Unread"/>.</param>
    public Task<ConversationListFrame> ConversationsPageAsync(string? after = null, CancellationToken cancellationToken = default) =>
        _requests.AskAsync<ConversationListFrame>(new ConversationsRequest { Id = _requests.NewId(), After = after }, cancellationToken);

    /// <summary>A page of everybody who is online, also those whom <see cref="Online"/> only counts.</summary>
    /// <param name="after">The <see cref="PeopleFrame.Next"/> of the page before; null for the first.</param>
    public Task<PeopleFrame> PeoplePageAsync(string? after = null, CancellationToken cancellationToken = default) =>
        _requests.AskAsync<PeopleFrame>(new PeopleRequest { Id = _requests.NewId(), After = after }, cancellationToken);

    /// <summary>The first page of <see cref="ConversationsPageAsync"/>: up to 100.</summary>
    public async Task<IReadOnlyList<ConversationInfo>> ConversationsAsync(CancellationToken cancellationToken = default) =>
        (await ConversationsPageAsync(null, cancellationToken)).Conversations;

    /// <summary>Every line up to <paramref name="line"/> has been read. Returns how far the user has read.</summary>
    /// <param name="known">How far the user had read as far as the caller knows. Where that was put back since (<see cref="MarkUnreadAsync"/>, on whichever device), it stays so.</param>
    public async Task<long> MarkReadAsync(ChatTarget of, long line, long? known = null, CancellationToken cancellationToken = default) =>
        (await _requests.AskAsync<AckFrame>(new ReadLineRequest { Id = _requests.NewId(), Conversation = of.Conversation, User = of.User, Line = line, Known = known }, cancellationToken)).Line ?? line;

    /// <summary><paramref name="line"/> and what follows it are unread again, on all devices of the user (<see cref="UnreadFrame"/>). Returns how far the user has read.</summary>
    public async Task<long> MarkUnreadAsync(ChatTarget of, long line, CancellationToken cancellationToken = default) =>
        (await _requests.AskAsync<AckFrame>(new UnreadRequest { Id = _requests.NewId(), Conversation = of.Conversation, User = of.User, Line = line }, cancellationToken)).Line ?? line - 1;

    /// <summary>Tells the others that the user is typing. Best effort: without a connection nothing is sent.</summary>
    public async Task TypingAsync(ChatTarget to)
    {
        if (_keeper.Current is { } link)
            await link.SendAsync(new TypingRequest { Conversation = to.Conversation, User = to.User });
    }

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        _renewal.Dispose();
        await _router.StopAsync();
        await _keeper.StopAsync();
        await _mending;
        _inbox.Complete();
    }

    /// <summary>For tests: cuts the connection as a dying network does.</summary>
    internal void Cut() => _keeper.Current?.Abort("cut by a test");

    // Without it holes would stay: if it fails, the application's stream ends with the error rather than with events missing.
    private async Task MendAsync(Mender mender, ILogger logger)
    {
        try
        {
            await mender.RunAsync(_disposing.Token);
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            ClientLog.MenderFailed(logger, e);
            _inbox.Complete(e);
        }
    }
}
