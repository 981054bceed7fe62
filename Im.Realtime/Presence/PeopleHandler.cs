using Im.Core.Limits;
using Im.Core.Presence;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Presence;

/// <summary>All who are online, page by page: also those whom <c>presence</c> only counts.</summary>
internal sealed class PeopleHandler(IPresence presence, ReadBudget reads)
{
    public void List(ClientConnection connection, PeopleRequest frame)
    {
        Guid? cursor = Guid.TryParseExact(frame.After, "N", out var id) ? id : null;
        if (frame.After is not null && cursor is null)
            throw new FrameRefusedException(ErrorCodes.BadFrame, "\"after\" is the \"next\" of the page before.");
        var page = presence.ListAfter(cursor);
        reads.Charge(connection.ReadOwner, connection.Send(new PeopleFrame(page.Users, page.Online) { Id = frame.Id, Next = page.Next?.ToString("N") }));
    }
}
