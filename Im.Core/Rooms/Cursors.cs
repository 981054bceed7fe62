using System.Globalization;
using System.Text;

namespace Im.Core.Rooms;

/// <summary>A place in the list of public rooms. Clients take it, as the next one, as opaque.</summary>
public sealed record RoomCursor(string TitleKey, Guid Room)
{
    private const int MaxChars = 2_048;

    public static bool TryParse(string text, out RoomCursor? cursor)
    {
        cursor = null;
        if (text.Length > MaxChars || text.Split('-') is not [var key, var room] || !Guid.TryParseExact(room, "N", out var id))
            return false;
        try
        {
            cursor = Encoding.UTF8.GetString(Convert.FromHexString(key)) is var title && !title.Contains('\0') ? new(title, id) : null;
        }
        catch (FormatException)
        {
        }
        return cursor is not null;
    }

    public override string ToString() => $"{Convert.ToHexString(Encoding.UTF8.GetBytes(TitleKey))}-{Room:N}";
}

/// <summary>A place in a list of a room's people: those with a higher role come first.</summary>
public sealed record PersonCursor(short Role, Guid User)
{
    public static bool TryParse(string text, out PersonCursor? cursor)
    {
        cursor = text.Split('-') is [var role, var user] && short.TryParse(role, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Guid.TryParseExact(user, "N", out var id) ? new(number, id) : null;
        return cursor is not null;
    }

    public override string ToString() => $"{Role}-{User:N}";
}
