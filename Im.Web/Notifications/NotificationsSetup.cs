using Im.Core.Bus;
using Im.Core.Notifications;
using Im.Protocol;
using Im.Web.Http;
using Im.Web.People;
using Im.Web.Sessions;

namespace Im.Web.Notifications;

/// <summary>Of what somebody is told, which conversations stand first, and which browsers are pushed to.</summary>
internal static class NotificationsSetup
{
    private const string Origin = "web";
    private static readonly string[] Levels = [NotifyLevels.All, NotifyLevels.Mentions, NotifyLevels.Nothing, NotifyLevels.Default];

    public static void MapNotifications(this IEndpointRouteBuilder api)
    {
        var told = api.MapGroup("").WithTags("Notifications");
        told.MapGet("/me/notifications", (HttpContext context, INotificationStore store, CancellationToken ct) => store.GetAsync(CurrentSession.UserOf(context), ct)).RequireLogin()
            .WithSummary("What I am told, and when not")
            .Produces<NotificationSettings>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Unavailable);
        told.MapPut("/me/notifications", PutAsync).RequireLogin()
            .WithSummary("Change what I am told, and when not")
            .WithDescription("`quiet` has two times of day (`22:00`) and an IANA time zone; where `until` is not later than `from`, it is of the next day. Without it there are no quiet hours.")
            .Produces<NotificationSettings>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        told.MapPut("/me/conversations/{id}", PutConversationAsync).RequireLogin()
            .WithSummary("Mute, pin, or be told more of a conversation")
            .WithDescription($"`notify` is `{string.Join("`, `", Levels)}`; what is left out stays. `{NotifyLevels.Nothing}` mutes: it does not count in the total of what is unread. At most {NotificationLimits.MaxPinned} are pinned.")
            .Produces<ConversationSettings>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotFound, ProblemKind.TooMany, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        told.MapGet("/push/key", async (INotificationStore store, CancellationToken ct) => new PushKeyResponse(await store.GetPublicKeyAsync(ct))).RequireLogin()
            .WithSummary("The servers' public key for Web Push")
            .WithDescription("VAPID, RFC 8292: `applicationServerKey` of a browser's subscription.")
            .Produces<PushKeyResponse>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Unavailable);
        told.MapPut("/push/subscription", SubscribeAsync).RequireLogin()
            .WithSummary("Push to this browser")
            .WithDescription($"As `PushSubscription.toJSON()` says it, for as long as this session is this user's. The endpoint is https at a public address. A session has one, a user {NotificationLimits.MaxSubscriptions}: another takes the place of the oldest.")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.BadRequest, ProblemKind.Forbidden, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        told.MapDelete("/push/subscription", UnsubscribeAsync).RequireLogin()
            .WithSummary("Push to this browser no longer")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.CrossSite, ProblemKind.Unavailable);
    }

    private static async Task<IResult> PutAsync(NotificationSettings settings, HttpContext context, PeopleSetup.Decisions decisions, INotificationStore store, IBus bus, CancellationToken cancellationToken) =>
        settings.Quiet is { } hours && !QuietTimes.TryParse(hours, out _) ? ProblemKind.BadRequest.Because("`quiet` has two times of day, such as `22:00`, and a time zone, such as `Europe/Berlin`.")
        : await decisions.MakeAsync(context, async user =>
        {
            await store.SetAsync(user, settings, cancellationToken);
            await TellAsync(bus, user, new());
            return TypedResults.Ok(settings);
        });

    private static async Task<IResult> PutConversationAsync(string id, ConversationSettings settings, HttpContext context, PeopleSetup.Decisions decisions, INotificationStore store, IBus bus, CancellationToken cancellationToken)
    {
        if (settings.Notify is { } level && !Levels.Contains(level))
            return ProblemKind.BadRequest.Because($"`notify` is `{string.Join("`, `", Levels)}`.");
        if (!ConversationId.TryParse(id, out var conversation))
            return ProblemKind.NotFound.Because();
        return await decisions.MakeAsync(context, async user =>
        {
            try
            {
                if (await store.SetAsync(user, conversation, settings, cancellationToken) is not { } now)
                    return ProblemKind.NotFound.Because();
                await TellAsync(bus, user, new() { Conversation = conversation, Notify = now.Notify, Pinned = now.Pinned });
                return TypedResults.Ok(now);
            }
            catch (TooManyPinnedException)
            {
                return ProblemKind.TooMany.Because();
            }
        });
    }

    private static async Task<IResult> SubscribeAsync(PushSubscriptionRequest request, HttpContext context, PeopleSetup.Decisions decisions, INotificationStore store, PushEndpoint endpoints, CancellationToken cancellationToken) =>
        await decisions.MakeAsync(context, async user =>
            endpoints.Parse(request) is not { } target ? ProblemKind.BadRequest.Because("That is no subscription that may be pushed to.")
            : await store.SubscribeAsync(user, CurrentSession.Of(context)!.Session.Id, target, cancellationToken) ? TypedResults.NoContent()
            : ProblemKind.Forbidden.Because("This endpoint is another subscription's."));

    private static async Task<IResult> UnsubscribeAsync(HttpContext context, INotificationStore store, CancellationToken cancellationToken)
    {
        await store.UnsubscribeAsync(CurrentSession.Of(context)!.Session.Id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static ValueTask TellAsync(IBus bus, Guid user, SettingsFrame frame) => bus.TryPublishAsync(BusTopic.User(user), new(BusKind.LaterFrame, Origin, ProtocolJson.Write(frame)));
}
