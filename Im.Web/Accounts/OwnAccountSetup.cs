using System.Net.Mime;
using System.Text.Json;
using Im.Core.Accounts;
using Im.Core.Data;
using Im.Core.Files;
using Im.Core.Messages;
using Im.Core.Notifications;
using Im.Core.People;
using Im.Core.Posting;
using Im.Core.Sessions;
using Im.Core.Webhooks;
using Im.Core.Widgets;
using Im.Protocol;
using Im.ServiceDefaults.Connections;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Accounts;

/// <summary>What people do with their own account: another password, taking their data along, deleting it.</summary>
internal static class OwnAccountSetup
{
    private const int ExportBatch = 100;

    // For each batch. Who takes longer to read it is cut off: an export holds one of few places.
    private static readonly TimeSpan BatchTime = TimeSpan.FromSeconds(20);

    public static void MapOwnAccount(this IEndpointRouteBuilder api)
    {
        var account = api.MapGroup("/me").WithTags("Accounts");
        account.MapPut("/password", ChangePasswordAsync)
            .RequireLogin()
            .LimitLogins()
            .WithSummary("Change the password")
            .WithDescription("Needs the old one, and signs out all other sessions; with `revokeKeys` the user's API keys are revoked too. Wrong ones count as at a login. "
                + "Of two changes at once one is made, the other is `wrong_password`.")
            .Produces<EndedResponse>()
            .WithProblems(ProblemKind.BadPassword, ProblemKind.BadRequest, ProblemKind.WrongPassword, ProblemKind.NotLoggedIn, ProblemKind.CrossSite, ProblemKind.LockedOut, ProblemKind.Unavailable);
        account.MapGet("/export", ExportAsync)
            .RequireLogin()
            .WithSummary("My data")
            .WithDescription("A JSON file: the account, its sessions and keys, the webhooks it made, the conversations it is in, every event it posted, and its files with the address that each is downloaded from.")
            .Produces<object>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        account.MapDelete("", DeleteAsync)
            .RequireLogin()
            .LimitLogins()
            .WithSummary("Delete my account")
            .WithDescription("Needs the password. Nickname, brief, password, sessions and keys are erased, the nickname is free again (when a mute or ban of it has ended). Messages stay in others' conversations, "
                + "their sender called `(deleted)`; with `removeMessages` their texts are erased too.")
            .Produces<EndedResponse>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.WrongPassword, ProblemKind.NotLoggedIn, ProblemKind.CrossSite, ProblemKind.LockedOut, ProblemKind.Unavailable);
    }

    private static async Task<IResult> ChangePasswordAsync(
        PasswordRequest request, HttpContext context, Logins logins, ISessionManager sessions, CancellationToken cancellationToken)
    {
        if (Entrance.CheckPassword(request.NewPassword) is { } bad)
            return bad;
        var verified = await logins.VerifyAsync(CurrentSession.UserOf(context), request.OldPassword, cancellationToken);
        if (verified.User is not { } user)
            return verified.Problem!.Because();
        if (await logins.ChangePasswordAsync(user, request.NewPassword, request.RevokeKeys, cancellationToken) is not { } revoked)
            return ProblemKind.WrongPassword.Because("The password has just been changed.");
        return TypedResults.Ok(new EndedResponse(await sessions.DestroyAllAsync(user.Id, CurrentSession.Of(context)!.Session.Id, EndReasons.PasswordChanged, CancellationToken.None)) { Revoked = request.RevokeKeys ? revoked : null });
    }

    private static async Task<IResult> DeleteAsync(
        [Microsoft.AspNetCore.Mvc.FromBody] DeleteAccountRequest request, HttpContext context, Logins logins, IAccountData data, EventPublisher publisher, IUserStandings standings, ISessionManager sessions,
        CancellationToken cancellationToken)
    {
        var verified = await logins.VerifyAsync(CurrentSession.UserOf(context), request.Password, cancellationToken);
        if (verified.User is not { } user)
            return verified.Problem!.Because();
        foreach (var told in await data.EraseAsync(user.Id, request.RemoveMessages, CancellationToken.None))
            await publisher.PublishAsync(told, told.At * 1000);
        standings.Invalidate(user.Id);
        await sessions.AnnounceStandingAsync(user.Id, CancellationToken.None);
        return TypedResults.Ok(new EndedResponse(await sessions.DestroyAllAsync(user.Id, reason: EndReasons.AccountDeleted, ct: CancellationToken.None)));
    }

    private static async Task ExportAsync(
        HttpContext context, Exports exports, ImDbContext database, IConversationStore conversations, IAccountData data, IPeopleStore people, INotificationStore notifications, IWebhookStore webhooks, IWidgetStore widgets, IFileRecords files, ISessionManager sessions, CancellationToken cancellationToken)
    {
        var userId = CurrentSession.UserOf(context);
        var room = exports.TryBegin(userId, out var place, out var wait);
        using (place)
            await (room switch
            {
                Room.Free => WriteExportAsync(userId, context, database, conversations, data, people, notifications, webhooks, widgets, files, sessions, cancellationToken),
                Room.OwnerIsFull when wait is not null => (ProblemKind.SlowDown with { RetryAfter = wait }).WriteAsync(context, "This account was exported too often."),
                Room.OwnerIsFull => ProblemKind.SlowDown.WriteAsync(context, "An export of this account is under way."),
                _ => ProblemKind.Unavailable.WriteAsync(context, "As many exports as there may be are under way."),
            });
    }

    // Written as it is read, and no faster than it is taken: an account may have written a million messages.
    private static async Task WriteExportAsync(
        Guid userId, HttpContext context, ImDbContext database, IConversationStore conversations, IAccountData data, IPeopleStore people, INotificationStore notifications, IWebhookStore webhooks, IWidgetStore widgets, IFileRecords files, ISessionManager sessions, CancellationToken cancellationToken)
    {
        var user = await database.Users.AsNoTracking().SingleAsync(row => row.Id == userId, cancellationToken);
        var keys = await database.ApiKeys.AsNoTracking().Where(key => key.OwnerId == userId).Select(key => key.Name).ToListAsync(cancellationToken);
        var blocked = await people.ListBlockedAsync(userId, cancellationToken);
        var reports = await database.Reports.AsNoTracking().Where(report => report.ReporterId == userId).OrderBy(report => report.Id).ToListAsync(cancellationToken);
        var (told, pushed) = (await notifications.GetAsync(userId, cancellationToken), await notifications.ListAsync(userId, cancellationToken));
        var codes = await database.RecoveryCodes.CountAsync(code => code.UserId == userId, cancellationToken);
        var places = await sessions.ListPlacesAsync(userId, cancellationToken);
        var made = await webhooks.ListOfAsync(userId, cancellationToken);
        var (allowed, hosted) = ((await widgets.ListAsync(cancellationToken)).Where(site => site.Owner.Id == userId), await widgets.CountOfAsync(userId, cancellationToken));

        context.Response.ContentType = MediaTypeNames.Application.Json;
        context.Response.Headers.ContentDisposition = "attachment; filename=\"im-export.json\"";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, new() { Indented = true });
        json.WriteStartObject();
        json.WritePropertyName("user");
        JsonSerializer.Serialize(json, Profiles.InfoOf(user), ProtocolJson.Default.UserInfo);
        if (user.Picture is { } picture)
            json.WriteString("picture", $"{HttpSetup.ApiPath}/users/{user.Id}/pictures/{picture}/{PictureLimits.Large}");
        json.WriteNumber("created", user.CreatedAt.ToUnixTimeMilliseconds());
        json.WritePropertyName("sessions");
        JsonSerializer.Serialize(json, [.. places.Select(place => place.ToInfo(CurrentSession.Of(context)!.Session.Id))], ProtocolJson.Default.IReadOnlyListSessionInfo);
        json.WriteStartArray("keys");
        keys.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WritePropertyName("settings");
        JsonSerializer.Serialize(json, new SettingsInfo(!user.HidesLastSeen), ProtocolJson.Default.SettingsInfo);
        json.WritePropertyName("notifications");
        JsonSerializer.Serialize(json, told, ProtocolJson.Default.NotificationSettings);
        json.WriteStartArray("pushedTo");
        foreach (var target in pushed)
            json.WriteStringValue(target.Endpoint);
        json.WriteEndArray();
        if (user.LastSeenAt is { } seen)
            json.WriteNumber("lastSeen", seen.ToUnixTimeMilliseconds());
        json.WritePropertyName("blocked");
        JsonSerializer.Serialize(json, blocked, ProtocolJson.Default.IReadOnlyListUserInfo);
        json.WriteStartArray("reports");
        foreach (var report in reports)
        {
            json.WriteStartObject();
            json.WriteString("user", report.UserId);
            json.WriteString("reason", report.Reason);
            if (report.Text is { } text)
                json.WriteString("text", text);
            json.WriteNumber("at", new DateTimeOffset(report.At).ToUnixTimeMilliseconds());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("recoveryCodes", codes);
        json.WriteStartArray("webhooks");
        foreach (var (inRoom, webhook) in made)
        {
            json.WriteStartObject();
            json.WriteString("conversation", $"{inRoom}");
            json.WritePropertyName("webhook");
            JsonSerializer.Serialize(json, webhook, ProtocolJson.Default.WebhookInfo);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WritePropertyName("sites");
        JsonSerializer.Serialize(json, [.. allowed], ProtocolJson.Default.IReadOnlyListWidgetSiteInfo);
        json.WriteNumber("siteUsers", hosted);
        json.WriteStartArray("conversations");
        for (var talks = await conversations.ListPageAsync(userId, null, cancellationToken: cancellationToken); ; talks = await conversations.ListPageAsync(userId, talks.Next, cancellationToken: cancellationToken))
        {
            foreach (var talk in talks.Conversations)
                JsonSerializer.Serialize(json, talk, ProtocolJson.Default.ConversationInfo);
            await json.FlushAsync(cancellationToken);
            if (talks.Next is null)
                break;
        }
        json.WriteEndArray();
        json.WriteStartArray("events");
        ConversationId? conversation = null;
        long seq = 0;
        IReadOnlyList<EventFrame> batch;
        do
        {
            batch = await data.ReadWrittenAsync(userId, conversation, seq, ExportBatch, cancellationToken);
            foreach (var posted in batch)
                JsonSerializer.Serialize(json, posted, ProtocolJson.Default.EventFrame);
            if (batch is [.., var last])
                (conversation, seq) = (last.Conversation, last.Seq);
            await json.FlushAsync(cancellationToken); // into the response's buffer, which would take it all
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(BatchTime);
            if ((await context.Response.BodyWriter.FlushAsync(late.Token)).IsCompleted)
                return;
        }
        while (batch.Count == ExportBatch);
        json.WriteEndArray();
        json.WriteStartArray("files");
        for (var some = await files.ListAsync(userId, null, ExportBatch, cancellationToken); some.Count > 0; some = await files.ListAsync(userId, some[^1].File.File, ExportBatch, cancellationToken))
        {
            foreach (var stored in some)
                WriteFile(json, stored);
            await json.FlushAsync(cancellationToken);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Its bytes are where they are: a picture of 25 MB is no text.
    private static void WriteFile(Utf8JsonWriter json, StoredFile stored)
    {
        json.WriteStartObject();
        json.WriteString("file", stored.File.File);
        json.WriteString("name", stored.File.Name);
        json.WriteNumber("size", stored.File.Size!.Value);
        json.WriteString("type", stored.File.Type);
        json.WriteString("address", $"{HttpSetup.ApiPath}/files/{stored.File.File}");
        if (stored.Conversation is { } conversation)
            json.WriteString("conversation", $"{conversation}");
        json.WriteEndObject();
    }
}
