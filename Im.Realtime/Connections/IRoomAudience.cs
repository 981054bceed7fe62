namespace Im.Realtime.Connections;

/// <summary>A room's connections, as one of them knows it.</summary>
internal interface IRoomAudience
{
    void Add(ClientConnection connection);

    /// <returns>Whether nobody is left.</returns>
    bool Remove(ClientConnection connection);
}
